// Bytes are the gate; times on a shared machine are not. Sizes are gzip, of everything a first visit loads.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
const sizes = new Map()

function gz(file) {
  if (!sizes.has(file)) sizes.set(file, gzipSync(readFileSync(new URL(file, dist))).length)
  return sizes.get(file)
}

/** Everything that the given modules pull in statically. */
function closure(keys) {
  const js = new Set()
  const css = new Set()
  const seen = new Set()
  const visit = (key) => {
    if (seen.has(key) || !manifest[key]) return
    seen.add(key)
    const chunk = manifest[key]
    js.add(chunk.file)
    for (const sheet of chunk.css ?? []) css.add(sheet)
    for (const next of chunk.imports ?? []) visit(next)
  }
  keys.forEach(visit)
  const sum = (files) => [...files].reduce((total, file) => total + gz(file), 0)
  return { js: sum(js), css: sum(css) }
}

const ENTRY = 'index.html'
const SHELL = 'src/staff/StaffShell.vue'
const LOGIN = 'src/staff/LoginPage.vue'
const KB = 1024
const rows = []
const check = (name, bytes, limit) => rows.push({ name, bytes, limit, ok: bytes <= limit * KB })

const login = closure([ENTRY, LOGIN])
check('login js', login.js, 65)
check('login css', login.css, 22)
const report = closure(['report/index.html'])
check('report js', report.js, 45)
check('report css', report.css, 22)

const pages = Object.keys(manifest).filter((key) => /modules\/.*Page\.vue$/.test(key))
for (const page of pages) {
  const size = closure([ENTRY, SHELL, page])
  check(`${page.replace('src/staff/modules/', '')} js`, size.js, 190)
  check(`${page.replace('src/staff/modules/', '')} css`, size.css, 22)
}
for (const chunk of Object.values(manifest)) {
  if (/charts-/.test(chunk.file)) check('charts js', gz(chunk.file), 230)
}

const shown = process.argv.includes('--all')
  ? rows
  : rows.filter((row) => !row.ok || !row.name.includes('Page.vue'))
for (const row of shown) {
  const kb = (row.bytes / KB).toFixed(1).padStart(7)
  console.log(`${row.ok ? 'ok  ' : 'OVER'} ${kb} KB of ${row.limit} KB  ${row.name}`)
}
const widest = rows
  .filter((row) => row.name.endsWith('Page.vue js'))
  .sort((a, b) => b.bytes - a.bytes)[0]
if (widest) console.log(`widest page: ${widest.name} ${(widest.bytes / KB).toFixed(1)} KB`)
if (rows.some((row) => !row.ok)) process.exit(1)
