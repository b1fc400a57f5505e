// Elements without a framework: h('button', { class: 'primary', onclick: go }, 'Go').

const svgTags = new Set(['svg', 'path', 'circle', 'ellipse', 'rect', 'g', 'defs', 'linearGradient', 'radialGradient', 'stop']);

export function h(tag, attributes = {}, ...children) {
  const element = svgTags.has(tag) ? document.createElementNS('http://www.w3.org/2000/svg', tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** Shows a screen: its title is read out, and the keyboard starts at its heading. */
export function show(screen, title) {
  const app = document.getElementById('app');
  app.replaceChildren(screen);
  document.title = title ? `${title} · Storytime` : 'Storytime';
  window.scrollTo(0, 0);
  const heading = app.querySelector('h1');
  if (heading) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
}

/** Says something to people who cannot see it happen. */
export function announce(text) {
  document.getElementById('announcer').textContent = text;
}

export function icon(name) {
  return h('svg', { viewBox: '0 0 24 24', class: 'icon', 'aria-hidden': 'true', focusable: 'false' }, h('path', { d: icons[name] }));
}

const icons = {
  play: 'M8 5.2v13.6a.9.9 0 0 0 1.4.75l10.2-6.8a.9.9 0 0 0 0-1.5L9.4 4.45A.9.9 0 0 0 8 5.2Z',
  pause: 'M7.5 4.5h2a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1Zm7 0h2a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-2a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1Z',
  again: 'M12 5V2.3L7.5 6.5 12 10.7V7.5a5.5 5.5 0 1 1-5.5 5.5H4a8 8 0 1 0 8-8Z',
  words: 'M5 4h14a3 3 0 0 1 3 3v10a3 3 0 0 1-3 3H5a3 3 0 0 1-3-3V7a3 3 0 0 1 3-3Zm0 2a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1V7a1 1 0 0 0-1-1H5Zm1.5 4.5h7a1 1 0 1 1 0 2h-7a1 1 0 1 1 0-2Zm10 0h1a1 1 0 1 1 0 2h-1a1 1 0 1 1 0-2Zm-10 3.5h2a1 1 0 1 1 0 2h-2a1 1 0 1 1 0-2Zm5 0h6a1 1 0 1 1 0 2h-6a1 1 0 1 1 0-2Z',
  back: 'M11.3 4.7a1 1 0 0 1 0 1.4L6.4 11H20a1 1 0 0 1 0 2H6.4l4.9 4.9a1 1 0 1 1-1.4 1.4l-6.6-6.6a1 1 0 0 1 0-1.4l6.6-6.6a1 1 0 0 1 1.4 0Z',
  search: 'M10.5 3.5a7 7 0 0 1 5.6 11.2l4.1 4.1a1 1 0 1 1-1.4 1.4l-4.1-4.1A7 7 0 1 1 10.5 3.5Zm0 2a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z',
  plus: 'M12 4.5a1 1 0 0 1 1 1V11h5.5a1 1 0 1 1 0 2H13v5.5a1 1 0 1 1-2 0V13H5.5a1 1 0 1 1 0-2H11V5.5a1 1 0 0 1 1-1Z',
  check: 'M19.7 6.3a1 1 0 0 1 0 1.4l-9.5 9.5a1 1 0 0 1-1.4 0l-4.5-4.5a1 1 0 1 1 1.4-1.4l3.8 3.8 8.8-8.8a1 1 0 0 1 1.4 0Z',
  close: 'M6.3 6.3a1 1 0 0 1 1.4 0L12 10.6l4.3-4.3a1 1 0 1 1 1.4 1.4L13.4 12l4.3 4.3a1 1 0 0 1-1.4 1.4L12 13.4l-4.3 4.3a1 1 0 0 1-1.4-1.4l4.3-4.3-4.3-4.3a1 1 0 0 1 0-1.4Z',
  lock: 'M12 2.5a4.5 4.5 0 0 1 4.5 4.5v2.5H17a2 2 0 0 1 2 2V19a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2v-7.5a2 2 0 0 1 2-2h.5V7A4.5 4.5 0 0 1 12 2.5Zm0 2A2.5 2.5 0 0 0 9.5 7v2.5h5V7A2.5 2.5 0 0 0 12 4.5Z',
  moon: 'M13.5 3.2a.8.8 0 0 1 .5 1.4 7 7 0 0 0 5.5 11.3.8.8 0 0 1 .6 1.3A9.3 9.3 0 1 1 12.7 3.2a6 6 0 0 1 .8 0Z',
};
