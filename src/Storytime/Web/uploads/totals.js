// How fast it goes and how long it takes, from the bytes of the last few seconds.
import { bytes, duration } from './files.js';

const windowMs = 8000;

export class Totals {
  #samples = new Map();

  /** Takes a look at what is sent now; gives each row that is being sent its speed, in bytes a second. */
  sample(rows, now = performance.now()) {
    for (const row of rows) {
      if (row.stage !== 'sending') {
        this.#samples.delete(row);
        row.speed = 0;
        continue;
      }
      const samples = (this.#samples.get(row) ?? []).filter(([at]) => now - at <= windowMs);
      // What is sent again after a failure counts back: then it is measured anew.
      const fresh = samples.length > 0 && samples.at(-1)[1] > (row.sent ?? 0) ? [] : samples;
      fresh.push([now, row.sent ?? 0]);
      this.#samples.set(row, fresh);
      const [[at, sent]] = fresh;
      row.speed = now > at ? 1000 * ((row.sent ?? 0) - sent) / (now - at) : 0;
    }
  }

  /** @returns {{ text: string, percent: number | null }} percent of null when nothing is to be sent. */
  of(rows) {
    const open = rows.filter(row => row.started && ['sending', 'paused', 'stopped', 'lost'].includes(row.stage) && !row.uploaded);
    if (open.length === 0)
      return { text: '', percent: null };
    const size = open.reduce((sum, row) => sum + row.size, 0);
    const sent = open.reduce((sum, row) => sum + (row.sent ?? 0), 0);
    const speed = open.reduce((sum, row) => sum + (row.speed ?? 0), 0);
    const pace = speed > 0 ? `, ${bytes(Math.round(speed))}/s, ${duration((size - sent) / speed)} left` : '';
    return { text: `${open.length} ${open.length === 1 ? 'file' : 'files'}: ${bytes(sent)} of ${bytes(size)}${pace}`, percent: 100 * sent / size };
  }
}
