import { h } from './dom.js';

// A cover for a book that has no picture: a little landscape that fits the title, always the same for the same book.

const palettes = [
  ['#2b2a66', '#6a5aa8', '#f3c98b', '#fbe7bd'],
  ['#21506b', '#4f97a8', '#f0a07a', '#fdf0d2'],
  ['#3c2a5e', '#b0577f', '#f3a65f', '#fff0cf'],
  ['#1f4d4a', '#5c9a72', '#f2c66a', '#fbf3d6'],
  ['#43305f', '#7a6cc0', '#e98c9b', '#fde9dc'],
  ['#5a3242', '#c8674f', '#f0b25a', '#fff1d8'],
];

const motifs = [
  [/sheep|farm|meadow|hill/i, meadow],
  [/moon|night|sleep|bed|luna|noche|star/i, moonrise],
  [/snow|winter|ice|nieve/i, snowfall],
  [/sea|boat|ship|whale|mar\b/i, waves],
  [/tree|forest|wood|leaf/i, trees],
  [/rain|boots|puddle|fox/i, rain],
  [/kite|wind|sky|cloud|train/i, clouds],
];

/** The book's picture where it has one that loads, else a drawn cover with its title on it. A picture that is wide, out of a film, is put on a drawn cover. */
export function cover(book) {
  if (!book.cover_image_url) return drawn(book);
  const picture = h('img', {
    class: 'cover', src: book.cover_image_url, alt: '', loading: 'lazy', onerror: () => picture.replaceWith(drawn(book)),
    onload: () => { if (picture.naturalWidth > picture.naturalHeight) picture.replaceWith(drawn(book, picture.src)); },
  });
  return picture;
}

function drawn(book, pictureUrl) {
  const seed = [...book.title].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  const [deep, mid, warm, light] = palettes[seed % palettes.length];
  const motif = motifs.find(([words]) => words.test(book.title))?.[1] ?? motifs[seed % motifs.length][1];
  const id = `sky-${seed}`;
  return h('div', { class: `cover drawn ${book.title.length > 22 ? 'long' : ''}`, 'aria-hidden': 'true' },
    h('svg', { viewBox: '0 0 300 400', preserveAspectRatio: 'xMidYMax slice' },
      h('defs', {}, h('linearGradient', { id, x1: 0, y1: 0, x2: 0, y2: 1 }, h('stop', { offset: 0, 'stop-color': deep }), h('stop', { offset: 0.62, 'stop-color': mid }), h('stop', { offset: 1, 'stop-color': warm }))),
      h('rect', { width: 300, height: 400, fill: `url(#${id})` }),
      pictureUrl ? null : motif({ deep, mid, warm, light, random: randomOf(seed) }),
      h('rect', { width: 7, height: 400, fill: '#000', opacity: 0.14 })),
    pictureUrl ? h('img', { class: 'cover-picture', src: pictureUrl, alt: '' }) : null,
    h('span', { class: 'cover-title' }, book.title),
    h('span', { class: 'cover-author' }, book.author ?? ''));
}

function randomOf(seed) {
  let state = seed || 1;
  return (low, high) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return low + (state / 4294967296) * (high - low);
  };
}

const many = (count, make) => Array.from({ length: count }, (_, index) => make(index));
const hills = ({ deep, mid }) => [
  h('path', { d: 'M0 318C60 276 110 292 160 306s100 4 140-22v116H0Z', fill: mid }),
  h('path', { d: 'M0 352c70-30 130-12 190-2s80-4 110-14v64H0Z', fill: deep }),
];
const disc = ({ light }, x, y, r) => [h('circle', { cx: x, cy: y, r: r * 1.9, fill: light, opacity: 0.16 }), h('circle', { cx: x, cy: y, r, fill: light })];
const dots = (tint, count, low, high, top, bottom) => many(count, () => h('circle', { cx: tint.random(10, 292), cy: tint.random(top, bottom), r: tint.random(low, high), fill: tint.light, opacity: 0.75 }));

function moonrise(tint) {
  return [dots(tint, 26, 0.8, 1.9, 10, 260), disc(tint, 212, 236, 36), h('circle', { cx: 200, cy: 226, r: 6, fill: tint.warm, opacity: 0.5 }), h('circle', { cx: 224, cy: 248, r: 8, fill: tint.warm, opacity: 0.5 }), hills(tint)];
}

function snowfall(tint) {
  return [h('path', { d: 'M0 320c60-30 120-18 170-4s90 0 130-18v102H0Z', fill: tint.light, opacity: 0.8 }), [46, 104, 246].map((x, i) => pine(tint, x, 330 + (i % 2) * 16, 84 - i * 8)), h('path', { d: 'M0 356c80-22 160 10 300-8v52H0Z', fill: tint.light }), dots(tint, 44, 1.4, 4, 8, 380)];
}

function waves(tint) {
  const wave = (y, fill) => h('path', { d: `M0 ${y}q25-16 50 0t50 0 50 0 50 0 50 0 50 0V400H0Z`, fill });
  return [disc(tint, 214, 262, 30), wave(306, tint.mid), h('g', {}, h('path', { d: 'M112 250v58', stroke: tint.deep, 'stroke-width': 4 }), h('path', { d: 'M116 252c26 16 34 32 36 46h-36Z', fill: tint.light }), h('path', { d: 'M78 306h80c-4 22-16 28-30 28h-20c-16 0-26-8-30-28Z', fill: '#cf4b45' })), wave(332, tint.deep)];
}

function trees(tint) {
  return [disc(tint, 70, 236, 24), hills(tint), [[150, 352, 120], [60, 366, 70], [240, 362, 84]].map(([x, y, size]) => [h('rect', { x: x - size * 0.07, y: y - size * 0.5, width: size * 0.14, height: size * 0.5, fill: '#6b4339' }), h('circle', { cx: x, cy: y - size * 0.78, r: size * 0.4, fill: '#4b9b72' }), h('circle', { cx: x - size * 0.22, cy: y - size * 0.6, r: size * 0.26, fill: '#3f8a6a' }), h('circle', { cx: x + size * 0.24, cy: y - size * 0.62, r: size * 0.24, fill: '#5cab78' })])];
}

function rain(tint) {
  return [hills(tint), h('ellipse', { cx: 150, cy: 372, rx: 80, ry: 12, fill: tint.light, opacity: 0.55 }), h('path', { d: 'M150 262v92', stroke: tint.light, 'stroke-width': 6, 'stroke-linecap': 'round' }), h('path', { d: 'M78 288c6-56 138-56 144 0-14-10-28-10-36 2-12-12-26-12-36 0-10-12-24-12-36 0-8-12-22-12-36-2Z', fill: '#e46a5d' }), many(34, () => { const [x, y] = [tint.random(6, 300), tint.random(120, 380)]; return h('path', { d: `M${x} ${y}l-4 15`, stroke: tint.light, 'stroke-width': 2, 'stroke-linecap': 'round', opacity: 0.5 }); })];
}

function meadow(tint) {
  const sheep = (x, y, s) => h('g', { transform: `translate(${x} ${y}) scale(${s})` }, [[0, 0, 17], [20, -6, 17], [40, 0, 16], [20, 8, 18], [-12, 6, 12]].map(([cx, cy, r]) => h('circle', { cx, cy, r, fill: '#fff8ee' })), h('ellipse', { cx: 56, cy: 0, rx: 13, ry: 11, fill: '#463a5c' }), h('rect', { x: 4, y: 18, width: 6, height: 17, rx: 3, fill: '#463a5c' }), h('rect', { x: 30, y: 18, width: 6, height: 17, rx: 3, fill: '#463a5c' }));
  return [dots(tint, 18, 0.8, 1.8, 10, 240), disc(tint, 232, 224, 24), hills(tint), sheep(60, 330, 0.9), sheep(176, 350, 1.1), sheep(40, 372, 0.7)];
}

function clouds(tint) {
  const cloud = (x, y, s, opacity) => h('g', { transform: `translate(${x} ${y}) scale(${s})`, fill: tint.light, opacity }, h('circle', { cx: 24, cy: 24, r: 20 }), h('circle', { cx: 54, cy: 14, r: 26 }), h('circle', { cx: 84, cy: 24, r: 19 }), h('rect', { x: 6, y: 22, width: 96, height: 22, rx: 11 }));
  return [disc(tint, 222, 214, 26), cloud(20, 218, 1, 0.75), cloud(160, 262, 0.9, 0.6), cloud(-20, 300, 0.8, 0.5), hills(tint)];
}

function pine(tint, x, y, size) {
  return many(3, i => h('path', { d: `M${x} ${y - size * (0.5 + i * 0.3)}l${-size * (0.36 - i * 0.08)} ${size * 0.48}h${size * (0.72 - i * 0.16)}Z`, fill: tint.deep }));
}
