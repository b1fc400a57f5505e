// What stands around the list: where files are chosen, and what is done with all of them.
import { accepted } from './files.js';
import { h, newId } from './dom.js';

/**
 * @param {boolean} keeps whether the list is remembered here
 * @param {{ take: (files: File[]) => void, startAll, pauseAll, resumeAll, clear, publishAll: () => void }} acts
 */
export function frame(root, keeps, acts) {
  const button = (label, act, filled = false) => h('button', { type: 'button', className: `up-button${filled ? ' up-filled' : ''}`, onclick: act }, label);
  const input = h('input', { type: 'file', multiple: true, accept: accepted, hidden: true, onchange: () => { acts.take([...input.files]); input.value = ''; } });
  const drop = h('div', {
    className: 'up-drop', ondragover: e => { e.preventDefault(); drop.classList.add('up-over'); }, ondragleave: () => drop.classList.remove('up-over'),
    ondrop: e => { e.preventDefault(); drop.classList.remove('up-over'); acts.take([...e.dataTransfer.files]); },
  },
  h('p', {}, 'Drop files here, or choose them. Videos are .mp4, .m4v or .mov; covers .jpg, .png or .webp; captions .vtt.'),
  h('p', { className: 'up-hint' }, 'Names tell the book: “The Moon Boat.mp4”, “The Moon Boat - Ada Reed.jpg”, “123_moon.mp4” for book 123, “the-moon-boat.de.vtt” for German captions.'),
  button('Choose files', () => input.click(), true), input);
  const all = newId('publish-all');
  const publishAll = h('input', { type: 'checkbox', id: all, onchange: acts.publishAll });
  const bulk = {
    start: button('Start all', acts.startAll, true), pause: button('Pause all', acts.pauseAll), goOn: button('Resume all', acts.resumeAll), clear: button('Remove the finished', acts.clear),
  };
  const total = h('progress', { max: 100, 'aria-label': 'Progress of all files' });
  const totalText = h('span', { className: 'up-numbers' });
  const totalLine = h('div', { className: 'up-progress', hidden: true }, total, totalText);
  const problems = h('div', { role: 'alert', className: 'up-problem' });
  const live = h('p', { role: 'status', className: 'sr-only' });
  const list = h('ul', { className: 'up-list', role: 'list' });
  const section = h('section', { 'aria-labelledby': 'up-files', hidden: true }, h('h2', { id: 'up-files' }, 'Files'),
    h('div', { className: 'up-actions' }, ...Object.values(bulk), h('div', { className: 'up-check' }, publishAll, h('label', { htmlFor: all }, 'Publish all when ready'))), totalLine, list);
  root.replaceChildren(keeps ? '' : h('p', { className: 'up-note' }, 'Uploads are open in another tab too. This tab works as well, but forgets its list when it is loaded anew.'),
    drop, problems, live, section);
  return { input, drop, publishAll, bulk, total, totalText, totalLine, problems, live, list, section };
}
