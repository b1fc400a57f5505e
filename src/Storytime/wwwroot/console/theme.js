// Light or dark: what was chosen here, else what the system says.
const key = 'storytime-dark';

export function isDark() {
  const chosen = localStorage.getItem(key);
  return chosen === null ? matchMedia('(prefers-color-scheme: dark)').matches : chosen === 'true';
}

export function setDark(dark) {
  localStorage.setItem(key, String(dark));
}
