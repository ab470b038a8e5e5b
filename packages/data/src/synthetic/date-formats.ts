/** How people write dates: eight languages and numbers, each a list of patterns, so chosen that a text means one day only. */

/**
 * A way to write a date. The pattern's placeholders: `{d}` `{dd}` day, `{m}` `{mm}` month, `{yyyy}` `{yy}` year, `{Month}` `{Mon}` month's name in full and short, `{Weekday}` `{Day}`
 * weekday in full and short, `{nth}` ordinal day.
 */
export interface DateFormat {
  readonly language: string;
  readonly pattern: string;
}

/** A day of the Gregorian calendar; months and days count from 1. */
export interface CalendarDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Language {
  readonly months: string;
  readonly shortMonths: string;
  /** From Sunday on. */
  readonly weekdays: string;
  readonly shortWeekdays: string;
  readonly ordinal: (day: number) => string;
  readonly patterns: readonly string[];
}

/** Years of two digits lie in 1969–2068 (POSIX): 69 is 1969, 68 is 2068. */
export const twoDigitYears: { readonly first: number; readonly last: number } = { first: 1969, last: 2068 };

const languages: Readonly<Record<string, Language>> = {
  English: {
    months: 'January February March April May June July August September October November December',
    shortMonths: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec',
    weekdays: 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday',
    shortWeekdays: 'Sun Mon Tue Wed Thu Fri Sat',
    ordinal: englishOrdinal,
    patterns: [
      '{Month} {d}, {yyyy}',
      '{Mon} {d}, {yyyy}',
      '{Mon}. {d}, {yyyy}',
      '{d} {Month} {yyyy}',
      '{d} {Mon} {yyyy}',
      '{nth} {Month} {yyyy}',
      '{Month} {nth}, {yyyy}',
      'the {nth} of {Month} {yyyy}',
      '{nth} of {Month}, {yyyy}',
      '{Weekday}, {Month} {d}, {yyyy}',
      '{Weekday} {d} {Month} {yyyy}',
      '{Weekday} the {nth} of {Month} {yyyy}',
      '{Day}, {d} {Mon} {yyyy}',
      '{Day} {Mon} {dd} {yyyy}',
      '{dd}-{Mon}-{yyyy}',
      '{dd}-{Mon}-{yy}',
      "{Mon} {d} '{yy}",
      '{yyyy} {Month} {d}',
    ],
  },
  German: {
    months: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember',
    shortMonths: 'Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.',
    weekdays: 'Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag',
    shortWeekdays: 'So Mo Di Mi Do Fr Sa',
    ordinal: (day) => `${day}.`,
    patterns: [
      '{nth} {Month} {yyyy}',
      '{nth} {Mon} {yyyy}',
      'am {nth} {Month} {yyyy}',
      '{Weekday}, {nth} {Month} {yyyy}',
      '{Weekday}, den {nth} {Month} {yyyy}',
      '{Day}, {nth} {Mon} {yyyy}',
      '{Day}, {dd}.{mm}.{yyyy}',
      "{nth} {Month} '{yy}",
    ],
  },
  French: {
    months: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
    shortMonths: 'janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.',
    weekdays: 'dimanche lundi mardi mercredi jeudi vendredi samedi',
    shortWeekdays: 'dim. lun. mar. mer. jeu. ven. sam.',
    ordinal: (day) => (day === 1 ? '1er' : `${day}`),
    patterns: [
      '{nth} {Month} {yyyy}',
      'le {nth} {Month} {yyyy}',
      '{Weekday} {nth} {Month} {yyyy}',
      'le {Weekday} {nth} {Month} {yyyy}',
      '{nth} {Mon} {yyyy}',
      '{Day} {nth} {Mon} {yyyy}',
    ],
  },
  Spanish: {
    months: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
    shortMonths: 'ene feb mar abr may jun jul ago sep oct nov dic',
    weekdays: 'domingo lunes martes miércoles jueves viernes sábado',
    shortWeekdays: 'dom lun mar mié jue vie sáb',
    ordinal: (day) => (day === 1 ? '1.º' : `${day}`),
    patterns: [
      '{d} de {Month} de {yyyy}',
      '{nth} de {Month} de {yyyy}',
      '{d} de {Month} del {yyyy}',
      'el {d} de {Month} de {yyyy}',
      '{Weekday}, {d} de {Month} de {yyyy}',
      '{Weekday} {d} de {Month} de {yyyy}',
      '{d} {Mon} {yyyy}',
      '{Day}, {d} {Mon} {yyyy}',
    ],
  },
  Italian: {
    months: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
    shortMonths: 'gen feb mar apr mag giu lug ago set ott nov dic',
    weekdays: 'domenica lunedì martedì mercoledì giovedì venerdì sabato',
    shortWeekdays: 'dom lun mar mer gio ven sab',
    ordinal: (day) => (day === 1 ? '1º' : `${day}`),
    patterns: [
      '{d} {Month} {yyyy}',
      '{nth} {Month} {yyyy}',
      '{Weekday} {nth} {Month} {yyyy}',
      '{Weekday}, {d} {Month} {yyyy}',
      '{d} {Mon} {yyyy}',
      '{Day} {d} {Mon} {yyyy}',
    ],
  },
  Portuguese: {
    months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
    shortMonths: 'jan. fev. mar. abr. mai. jun. jul. ago. set. out. nov. dez.',
    weekdays: 'domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado',
    shortWeekdays: 'dom. seg. ter. qua. qui. sex. sáb.',
    ordinal: (day) => (day === 1 ? '1º' : `${day}`),
    patterns: [
      '{nth} de {Month} de {yyyy}',
      '{d} de {Month} de {yyyy}',
      'em {d} de {Month} de {yyyy}',
      '{Weekday}, {d} de {Month} de {yyyy}',
      '{d} de {Mon} de {yyyy}',
      '{Day}, {d} de {Mon} de {yyyy}',
    ],
  },
  Dutch: {
    months: 'januari februari maart april mei juni juli augustus september oktober november december',
    shortMonths: 'jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.',
    weekdays: 'zondag maandag dinsdag woensdag donderdag vrijdag zaterdag',
    shortWeekdays: 'zo ma di wo do vr za',
    ordinal: (day) => `${day}e`,
    patterns: [
      '{d} {Month} {yyyy}',
      '{Weekday} {d} {Month} {yyyy}',
      '{d} {Mon} {yyyy}',
      '{Day} {d} {Mon} {yyyy}',
      'de {nth} {Month} {yyyy}',
      "{d} {Month} '{yy}",
    ],
  },
  Turkish: {
    months: 'Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık',
    shortMonths: 'Oca Şub Mar Nis May Haz Tem Ağu Eyl Eki Kas Ara',
    weekdays: 'Pazar Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi',
    shortWeekdays: 'Paz Pzt Sal Çar Per Cum Cmt',
    ordinal: (day) => `${day}.`,
    patterns: [
      '{d} {Month} {yyyy}',
      '{d} {Month} {yyyy} {Weekday}',
      '{d} {Month} {yyyy}, {Weekday}',
      '{dd} {Mon} {yyyy}',
      '{d} {Mon} {yyyy} {Day}',
    ],
  },
};

/** One order for each separator, so that 3/4/2005 is March 4 and 3.4.2005 is April 3. */
const numeric = [
  '{m}/{d}/{yyyy}',
  '{mm}/{dd}/{yyyy}',
  '{m}/{d}/{yy}',
  '{d}.{m}.{yyyy}',
  '{dd}.{mm}.{yyyy}',
  '{d}. {m}. {yyyy}',
  '{dd}.{mm}.{yy}',
  '{d}-{m}-{yyyy}',
  '{dd}-{mm}-{yyyy}',
  '{dd}-{mm}-{yy}',
  '{dd} {mm} {yyyy}',
  '{yyyy}-{mm}-{dd}',
  '{yyyy}/{mm}/{dd}',
  '{yyyy}.{mm}.{dd}',
  '{yyyy}{mm}{dd}',
];

/** Every format that is generated, by language; `numbers` is the language of those without words. */
export const dateFormats: readonly DateFormat[] = [
  ...Object.entries(languages).flatMap(([language, { patterns }]) =>
    patterns.map((pattern) => ({ language, pattern })),
  ),
  ...numeric.map((pattern) => ({ language: 'numbers', pattern })),
];

/** The languages of `dateFormats`. */
export const dateLanguages: readonly string[] = [...Object.keys(languages), 'numbers'];

/** The date written in that format. */
export function writeDate({ year, month, day }: CalendarDate, { language, pattern }: DateFormat): string {
  const names = languages[language] ?? languages.English!;
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const values: Readonly<Record<string, string>> = {
    d: `${day}`,
    dd: twoDigits(day),
    nth: names.ordinal(day),
    m: `${month}`,
    mm: twoDigits(month),
    Month: nth(names.months, month - 1),
    Mon: nth(names.shortMonths, month - 1),
    yy: twoDigits(year % 100),
    yyyy: `${year}`,
    Weekday: nth(names.weekdays, weekday),
    Day: nth(names.shortWeekdays, weekday),
  };
  return pattern.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!);
}

function nth(names: string, index: number): string {
  return names.split(' ')[index]!;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function englishOrdinal(day: number): string {
  const teen = day >= 11 && day <= 13;
  return `${day}${(!teen && ['', 'st', 'nd', 'rd'][day % 10]) || 'th'}`;
}
