// Runs before the first paint, so that a dark or large page never flashes light or small.
;(function () {
  var root = document.documentElement
  var saved = {}
  try {
    saved = JSON.parse(localStorage.getItem('yinling.prefs') || '{}') || {}
  } catch {
    // Storage may be forbidden; the defaults are fine.
  }
  var dark =
    saved.theme === 'dark' ||
    (saved.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  root.dataset.theme = dark ? 'dark' : 'light'
  root.dataset.size = saved.size === 'large' ? 'large' : 'normal'
})()
