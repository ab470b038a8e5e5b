/** An ONNX model of one recurrent layer, as bytes: just enough of protobuf to write one. */

export interface RecurrentModel {
  kind: 'LSTM' | 'GRU';
  batch: number;
  time: number;
  inputSize: number;
  units: number;
}

/** x [T,B,D] → y [T,1,B,U], with random weights. GRU resets after the product, as ours and PyTorch's. */
export function recurrentModel({ kind, batch, time, inputSize, units }: RecurrentModel): Uint8Array {
  const gates = (kind === 'LSTM' ? 4 : 3) * units;
  const node = message([
    ...['x', 'w', 'r', 'b'].map((name) => text(1, name)),
    text(2, 'y'),
    text(4, kind),
    nested(5, integerAttribute('hidden_size', units)),
    ...(kind === 'GRU' ? [nested(5, integerAttribute('linear_before_reset', 1))] : []),
  ]);
  const graph = message([
    nested(1, node),
    text(2, 'recurrent'),
    nested(5, weights('w', [1, gates, inputSize])),
    nested(5, weights('r', [1, gates, units])),
    nested(5, weights('b', [1, 2 * gates])),
    nested(11, value('x', [time, batch, inputSize])),
    nested(12, value('y', [time, 1, batch, units])),
  ]);
  return message([integer(1, 8), nested(7, graph), nested(8, message([integer(2, 17)]))]);
}

const float = 1;

function weights(name: string, shape: readonly number[]): Uint8Array {
  const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => (Math.random() - 0.5) / 5);
  const data = bytes(9, new Uint8Array(values.buffer));
  return message([...shape.map((length) => integer(1, length)), integer(2, float), text(8, name), data]);
}

function value(name: string, shape: readonly number[]): Uint8Array {
  const dims = shape.map((length) => nested(1, message([integer(1, length)])));
  const tensor = message([integer(1, float), nested(2, message(dims))]);
  return message([text(1, name), nested(2, message([nested(1, tensor)]))]);
}

function integerAttribute(name: string, number: number): Uint8Array {
  const integerType = 2;
  return message([text(1, name), integer(3, number), integer(20, integerType)]);
}

function message(fields: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(fields));
}

function nested(field: number, content: Uint8Array): Uint8Array {
  return bytes(field, content);
}

function text(field: number, content: string): Uint8Array {
  return bytes(field, new TextEncoder().encode(content));
}

function bytes(field: number, content: Uint8Array): Uint8Array {
  return message([varint((field << 3) | 2), varint(content.length), content]);
}

function integer(field: number, number: number): Uint8Array {
  return message([varint(field << 3), varint(number)]);
}

function varint(number: number): Uint8Array {
  const out: number[] = [];
  for (; number > 127; number >>>= 7) out.push((number & 127) | 128);
  return Uint8Array.from([...out, number]);
}
