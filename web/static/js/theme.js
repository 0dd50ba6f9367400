// Runs before the first paint: the chosen theme, if the reader ever chose one.
try {
  const theme = localStorage.getItem('geomap-theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage is switched off: the system's wish holds.
}
