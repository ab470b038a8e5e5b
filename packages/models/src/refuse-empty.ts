/** What has nothing in it cannot be read: said in one way by all models. */
import { DataError } from '@seqloom/core';

/** Throws DataError where one of `rows` is empty, by its place. */
export function refuseEmpty(where: string, name: string, rows: readonly { readonly length: number }[]): void {
  const empty = rows.findIndex(({ length }) => length === 0);
  if (empty >= 0) throw new DataError(where, `${name} ${empty} is empty`, { hint: 'leave out what is empty' });
}
