import { h, icon } from './dom.js';
import * as state from './state.js';

/**
 * The words of a story under its picture, and the button that brings them. Safari makes a text track of the film's subtitles itself; Chromium plays HLS
 * but leaves subtitles out, so there this page reads them from the CDN, with the same cookies as the film. A film without them shows no button.
 */
export function captions(video) {
  const words = h('p', { class: 'words', 'data-testid': 'words' });
  const button = h('button', { class: 'kid-words', 'data-testid': 'words-toggle', 'aria-label': 'Words', hidden: true, onclick: toggle }, icon('words'));
  const leaving = new AbortController();
  let track = null;
  showState();

  return { words, button, load, end: () => leaving.abort() };

  /** When the film's metadata are there. Its words are a gift on top: without them it plays all the same. */
  async function load(manifestUrl) {
    track = [...video.textTracks].find(t => t.kind === 'subtitles' || t.kind === 'captions') ?? await readTrack(video, manifestUrl, leaving.signal).catch(() => null);
    if (!track) return;
    // The browser keeps the time, the page draws: large, and clear of the buttons.
    track.mode = 'hidden';
    track.addEventListener('cuechange', draw);
    button.hidden = false;
    draw();
  }

  function toggle() {
    state.showWords(!state.showsWords());
    showState();
    draw();
  }

  function showState() {
    button.setAttribute('aria-pressed', String(state.showsWords()));
  }

  function draw() {
    words.replaceChildren();
    if (!track || !state.showsWords()) return;
    for (const cue of track.activeCues ?? []) words.append(h('span', {}, cue.getCueAsHTML()));
  }
}

/** The first or default subtitles that the main manifest names, as a text track; null when there are none. */
async function readTrack(video, manifestUrl, signal) {
  const renditions = (await read(manifestUrl, signal)).split('\n').filter(line => line.startsWith('#EXT-X-MEDIA:')).map(attributesOf).filter(media => media.TYPE === 'SUBTITLES' && media.URI);
  const rendition = renditions.find(media => media.DEFAULT === 'YES') ?? renditions[0];
  if (!rendition) return null;
  const playlistUrl = new URL(rendition.URI, manifestUrl);
  const segments = (await read(playlistUrl, signal)).split('\n').map(line => line.trim()).filter(line => line && !line.startsWith('#'));
  const track = video.addTextTrack('subtitles', rendition.NAME ?? '', rendition.LANGUAGE ?? '');
  addSegments(track, segments.map(segment => new URL(segment, playlistUrl)), signal).catch(() => {});
  return track;
}

async function addSegments(track, addresses, signal) {
  const seen = new Set();
  for (const address of addresses) {
    for (const { start, end, text } of cuesOf(await read(address, signal))) {
      // A cue that crosses a boundary stands in both segments.
      const key = `${start} ${end} ${text}`;
      if (!seen.has(key)) track.addCue(new VTTCue(start, end, text));
      seen.add(key);
    }
  }
}

/**
 * The cues of a segment, in seconds of the film. X-TIMESTAMP-MAP ties LOCAL to an instant of the transport stream's clock; what this page plays comes from
 * an encoder that names the film's first instant there, so LOCAL is the film's zero.
 */
export function cuesOf(segment) {
  const text = segment.replace(/\r\n?/g, '\n');
  const zero = seconds(/^X-TIMESTAMP-MAP=.*LOCAL:([\d:.]+)/m.exec(text)?.[1] ?? '0');
  return text.split(/\n{2,}/).flatMap(block => {
    const timing = /^([\d:.]+)[ \t]+-->[ \t]+([\d:.]+).*\n([^]+)/m.exec(block);
    return timing ? [{ start: seconds(timing[1]) - zero, end: seconds(timing[2]) - zero, text: timing[3].trimEnd() }] : [];
  });
}

const seconds = clock => clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);

/** RFC 8216, section 4.2: names, and values that are quoted or run to the next comma. */
const attributesOf = line => Object.fromEntries([...line.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,\r]*))/g)].map(([, name, quoted, plain]) => [name, quoted ?? plain]));

async function read(address, signal) {
  const response = await fetch(address, { credentials: 'include', signal });
  if (!response.ok) throw new Error(`${address} answered ${response.status}`);
  return response.text();
}
