import { post } from './api.js';

// Usage events survive a lost connection, a closed page and a dead battery: each is kept here until the API has acknowledged it.
// Every event has an id, so sending one twice counts once.

const key = 'storytime.events';
const batchSize = 100;
const device = { device: 'web', app_version: '1.0.0' };

let timer = null;
let sending = false;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
};
const write = events => localStorage.setItem(key, JSON.stringify(events));

export function record(event) {
  write([...read(), { ...event, event_id: crypto.randomUUID(), occurred_at: new Date().toISOString(), metadata: device }]);
  schedule(800);
}

export const pending = () => read().length;

/** Sends what waits. keepalive: the page is going away, so the request must outlive it. */
export async function flush({ keepalive = false } = {}) {
  if (sending && !keepalive) return;
  const batch = read().slice(0, batchSize);
  if (batch.length === 0) return;
  sending = true;
  try {
    await post('/usage_events', { events: batch }, { keepalive });
    // Accepted, known already, or refused for good: none of them needs to be sent again.
    acknowledge(batch);
    if (read().length > 0) schedule(200);
  } catch (error) {
    if (error.status === 422 || error.status === 400) acknowledge(batch);
    else schedule(15_000);
  } finally {
    sending = false;
  }
}

export function start() {
  window.addEventListener('online', () => flush());
  window.addEventListener('pagehide', () => flush({ keepalive: true }));
  schedule(1_000);
}

function acknowledge(batch) {
  const done = new Set(batch.map(event => event.event_id));
  write(read().filter(event => !done.has(event.event_id)));
}

function schedule(delay) {
  clearTimeout(timer);
  timer = setTimeout(() => flush(), delay);
}
