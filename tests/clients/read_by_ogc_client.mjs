// Says what @camptocamp/ogc-client reads of a server: its title, its collections, ids of features.
import { OgcApiEndpoint } from '@camptocamp/ogc-client'

const [server, layer] = process.argv.slice(2)
const endpoint = new OgcApiEndpoint(`${server}/`)
const info = await endpoint.info
const collections = await endpoint.allCollections
// It counts pages by `offset` unless told not to; here they go on by the token of `next`.
const read = (box = null) => endpoint.getCollectionItems(layer, 1000, null, null, null, box)
const items = await read()
const boxed = await read([24, 60, 30, 62])
console.log(
  JSON.stringify({
    title: info.title,
    collections: collections.map(({ name }) => name),
    ids: items.map(({ id }) => id),
    boxed: boxed.map(({ id }) => id),
    tiled: await endpoint.vectorTileCollections,
  }),
)
