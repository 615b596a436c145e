// The server sends these copies as they are: nothing is compressed while someone waits.
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const textual = new Set(['.js', '.css', '.html', '.svg', '.json'])

for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !textual.has(extname(entry.name))) continue
  const path = join(entry.parentPath, entry.name)
  if (path.includes('.vite')) continue
  const body = await readFile(path)
  if (body.length < 1024) continue
  await writeFile(`${path}.gz`, gzipSync(body, { level: 9 }))
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 10 }
  await writeFile(`${path}.br`, brotliCompressSync(body, { params: quality }))
}
