// From files that were chosen or dropped to rows: new ones with the books that their names tell of, or the rest of those that an earlier page began.
import { api } from '/console/console.js';
import { fingerprint, kindOf } from './files.js';

/** A name is taken for its book's from here on, when no other book is as near. */
const sure = 0.85;
const ahead = 0.05;
const namesAtOnce = 50;

/**
 * @param {object | null} fallback the book of files whose names tell of none: of the page that somebody came from.
 * @returns {Promise<{ added: object[], resumed: object[], refused: string[] }>}
 */
export async function take(files, rows, fallback) {
  const [added, resumed, refused] = [[], [], []];
  for (const file of files) {
    const what = kindOf(file.name);
    const same = rows.all.filter(row => row.name === file.name && row.size === file.size);
    if (!what || file.size === 0)
      refused.push(`${file.name}: ${what ? 'it is empty' : 'only videos (.mp4, .m4v, .mov), covers (.jpg, .png, .webp) and captions (.vtt) are taken'}.`);
    else {
      const print = await fingerprint(file).catch(() => null);
      if (!print) {
        refused.push(`${file.name}: it cannot be read. Is it still there?`);
        continue;
      }
      const lost = same.find(row => row.file === undefined && row.print === print && !row.uploaded && ['lost', 'stopped'].includes(row.stage));
      if (lost) {
        lost.file = file;
        resumed.push(lost);
      } else if (same.some(row => row.print === print && row.file !== undefined && !row.uploaded))
        refused.push(`${file.name}: it is in the list already.`);
      else
        added.push({ key: crypto.randomUUID(), kind: what.kind, name: file.name, size: file.size, print, file, stage: 'choose', sent: 0, publish: false, note: '' });
    }
  }
  for (let i = 0; i < added.length; i += namesAtOnce)
    await match(added.slice(i, i + namesAtOnce), fallback);
  return { added, resumed, refused };
}

async function match(rows, fallback) {
  const { files } = await api('POST', '/book_matches', { names: rows.map(row => row.name) }).catch(() => ({ files: rows.map(row => ({ title: row.name, candidates: [] })) }));
  files.forEach((file, i) => {
    const candidates = file.candidates.map(({ book_id: id, title, author, status, has_video: hasVideo, score }) => ({ id, title, author, status, hasVideo, score }));
    const [best, second] = candidates;
    Object.assign(rows[i], {
      candidates, title: titleCase(file.title), author: file.author, language: rows[i].kind === 'captions' ? file.language ?? '' : undefined,
      book: best?.score >= sure && !(second?.score > best.score - ahead) ? best : fallback,
    });
    rows[i].stage = rows[i].book ? 'waiting' : 'choose';
  });
}

/** File names are often all in small letters. */
const titleCase = title => title === title.toLowerCase() ? title.replace(/^\p{L}/u, c => c.toUpperCase()) : title;
