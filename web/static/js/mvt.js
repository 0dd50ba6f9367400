// Mapbox vector tiles 2.1, as much of them as our server writes.

class Reader {
  constructor(buffer, start = 0, end = buffer.length) {
    this.buffer = buffer
    this.at = start
    this.end = end
  }

  varint() {
    let value = 0
    let factor = 1
    for (;;) {
      const byte = this.buffer[this.at++]
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
  }

  /** Call back with each field's number and wire type; what is not read is skipped. */
  fields(read) {
    while (this.at < this.end) {
      const key = this.varint()
      const before = this.at
      read(key >> 3)
      if (this.at === before) this.skip(key & 7)
    }
  }

  skip(wire) {
    if (wire === 0) this.varint()
    else if (wire === 1) this.at += 8
    else if (wire === 2) this.at += this.varint()
    else if (wire === 5) this.at += 4
    else throw new Error(`A tile with wire type ${wire} cannot be read.`)
  }

  /** Return a reader of the length-delimited field at the cursor, and pass over it. */
  inner() {
    const length = this.varint()
    const start = this.at
    this.at += length
    return new Reader(this.buffer, start, start + length)
  }

  text() {
    const { at, end } = this.inner()
    return UTF8.decode(this.buffer.subarray(at, end))
  }

  numbers() {
    const inner = this.inner()
    const numbers = []
    while (inner.at < inner.end) numbers.push(inner.varint())
    return numbers
  }

  view(length) {
    const view = new DataView(this.buffer.buffer, this.buffer.byteOffset + this.at, length)
    this.at += length
    return view
  }
}

const UTF8 = new TextDecoder()
const zigzag = (value) => (value % 2 === 0 ? value / 2 : -(value + 1) / 2)
// The top bit of a negative int64 is lost in a double beyond 2^53; our server writes none.
const VALUES = {
  1: (reader) => reader.text(),
  2: (reader) => reader.view(4).getFloat32(0, true),
  3: (reader) => reader.view(8).getFloat64(0, true),
  4: (reader) => reader.varint(),
  5: (reader) => reader.varint(),
  6: (reader) => zigzag(reader.varint()),
  7: (reader) => reader.varint() === 1,
}

/**
 * Return the layers of a tile.
 * @param {ArrayBuffer} buffer
 * @returns {Map<string, Array<{type: number, properties: object, rings: number[][]}>>} type is
 *   1 point, 2 line, 3 polygon; a ring is [x, y, x, y, …] with 0 to 1 across the tile
 */
export function decodeTile(buffer) {
  const layers = new Map()
  const tile = new Reader(new Uint8Array(buffer))
  tile.fields((field) => {
    if (field !== 3) return
    const { name, features } = decodeLayer(tile.inner())
    layers.set(name, features)
  })
  return layers
}

function decodeLayer(reader) {
  const layer = { name: '', extent: 4096, keys: [], values: [], raw: [] }
  const read = {
    1: () => (layer.name = reader.text()),
    2: () => layer.raw.push(rawFeature(reader.inner())),
    3: () => layer.keys.push(reader.text()),
    4: () => layer.values.push(decodeValue(reader.inner())),
    5: () => (layer.extent = reader.varint()),
  }
  reader.fields((field) => read[field]?.())
  return { name: layer.name, features: layer.raw.map((raw) => finished(raw, layer)) }
}

function decodeValue(reader) {
  let value = null
  reader.fields((field) => {
    if (VALUES[field]) value = VALUES[field](reader)
  })
  return value
}

function rawFeature(reader) {
  const raw = { tags: [], type: 0, commands: [] }
  const read = {
    2: () => (raw.tags = reader.numbers()),
    3: () => (raw.type = reader.varint()),
    4: () => (raw.commands = reader.numbers()),
  }
  reader.fields((field) => read[field]?.())
  return raw
}

function finished({ tags, type, commands }, { keys, values, extent }) {
  const properties = {}
  for (let i = 0; i < tags.length; i += 2) properties[keys[tags[i]]] = values[tags[i + 1]]
  return { type, properties, rings: ringsOf(commands, extent) }
}

function ringsOf(commands, extent) {
  const rings = []
  let ring = null
  let [x, y] = [0, 0]
  for (let i = 0; i < commands.length;) {
    const command = commands[i] & 7
    const count = commands[i++] >> 3
    if (command === 7) {
      ring.push(ring[0], ring[1])
      continue
    }
    for (let step = 0; step < count; step++) {
      x += zigzag(commands[i++])
      y += zigzag(commands[i++])
      if (command === 1) rings.push((ring = []))
      ring.push(x / extent, y / extent)
    }
  }
  return rings
}
