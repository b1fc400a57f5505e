import { post } from '../api.js';
import { captions } from '../captions.js';
import * as events from '../events.js';
import { h, icon, show } from '../dom.js';
import { kidReasonOf } from '../refusals.js';
import { go } from '../router.js';
import * as state from '../state.js';

const heartbeatSeconds = 30;
/** The permission to watch is renewed when two thirds of its time are over. */
const renewAfter = 2 / 3;

/** The film, one big play and pause, its words, and the way back. The browser plays the HLS itself; the CDN's cookies came with the playback session. */
export function playerScreen(bookId) {
  const { child } = state.child();
  const book = Number(bookId);
  const video = h('video', { playsinline: true, preload: 'auto', disablepictureinpicture: true, disableremoteplayback: true, 'data-testid': 'video', tabindex: -1 });
  const toggle = h('button', { class: 'play-pause', 'data-testid': 'play-pause', 'aria-label': 'Play', disabled: true, onclick: playOrPause }, icon('play'));
  const line = h('span', { class: 'line-done' });
  const subtitles = captions(video);
  const stage = h('main', { class: 'stage loading', 'data-testid': 'player' },
    h('h1', { class: 'visually-hidden' }, 'Story'),
    video,
    h('button', { class: 'kid-back', 'data-testid': 'back', 'aria-label': 'Back to my stories', onclick: () => go('/') }, icon('back')),
    subtitles.button, subtitles.words, toggle, h('div', { class: 'line', 'aria-hidden': 'true' }, line));

  let sessionId = null;
  let renewal = null;
  let heartbeat = null;
  let hideTimer = null;
  let started = false;
  let paused = false;
  let gone = false;

  const report = type => events.record({ child_id: child.id, book_id: book, event_type: type, position_seconds: Math.round(video.currentTime * 10) / 10, playback_session_id: sessionId });

  video.addEventListener('loadedmetadata', () => stage.classList.remove('loading'));
  video.addEventListener('playing', () => {
    // Also fires after every wait for data, which is no news.
    if (!started || paused) report(started ? 'resume' : 'play_start');
    started = true;
    paused = false;
    clearInterval(heartbeat);
    heartbeat = setInterval(() => report('heartbeat'), heartbeatSeconds * 1000);
    showButton('pause', 'Pause');
    restSoon();
  });
  video.addEventListener('pause', () => {
    clearInterval(heartbeat);
    if (video.ended || gone) return;
    if (started) report('pause');
    paused = true;
    showButton('play', 'Play');
    wake();
  });
  video.addEventListener('ended', () => {
    clearInterval(heartbeat);
    report('play_end');
    started = false;
    showButton('again', 'Play again');
    wake();
  });
  video.addEventListener('timeupdate', () => line.style.setProperty('inline-size', `${video.duration ? (video.currentTime / video.duration) * 100 : 0}%`));
  video.addEventListener('error', () => refuse({ code: 'offline' }));
  video.addEventListener('click', playOrPause);
  stage.addEventListener('pointermove', () => { wake(); restSoon(); });
  stage.addEventListener('keydown', event => {
    if (event.key === 'Escape') go('/');
    if (event.key === ' ' && event.target !== toggle && event.target.tagName !== 'BUTTON') {
      event.preventDefault();
      playOrPause();
    }
  });

  show(stage, 'Story');
  begin();
  window.addEventListener('pagehide', end);
  return end;

  async function begin() {
    try {
      const session = await ask();
      if (gone) return;
      sessionId = session.id;
      video.src = session.playback_manifest_url;
      const resumeAt = session.resume_position_seconds ?? 0;
      await new Promise((resolve, reject) => {
        video.addEventListener('loadedmetadata', resolve, { once: true });
        video.addEventListener('error', reject, { once: true });
      });
      // What was watched to its end begins anew.
      if (resumeAt > 1 && resumeAt < video.duration - 2) video.currentTime = resumeAt;
      toggle.disabled = false;
      subtitles.load(session.playback_manifest_url);
      await video.play().catch(() => {});
    } catch (error) {
      if (!gone && error.code) refuse(error);
    }
  }

  /**
   * Asks for permission; the answer carries the CDN's cookies. The server checks everything anew each time. Where it names another manifest than the one that
   * runs, the book has a new film: the child sees this one to its end, and the new one next time; the cookies open both.
   */
  async function ask() {
    const session = await post(`/children/${child.id}/playback_sessions`, { book_id: book }, { credentials: 'include' });
    clearTimeout(renewal);
    const left = new Date(session.expires_at) - Date.now();
    renewal = setTimeout(renew, Math.max(left * renewAfter, 5_000));
    return session;
  }

  async function renew() {
    try {
      await ask();
    } catch (error) {
      // Without a connection what is loaded plays on, and the next try comes soon.
      if (error.code === 'offline') renewal = setTimeout(renew, 10_000);
      else if (!gone) refuse(error);
    }
  }

  function refuse(error) {
    if (gone) return;
    video.pause();
    go('/', { replace: true, message: kidReasonOf(error) });
  }

  function playOrPause() {
    if (toggle.disabled) return;
    if (video.paused) video.play().catch(() => {});
    else video.pause();
  }

  function showButton(name, label) {
    toggle.replaceChildren(icon(name));
    toggle.setAttribute('aria-label', label);
    toggle.dataset.shows = name;
  }

  function wake() {
    clearTimeout(hideTimer);
    stage.classList.remove('calm');
  }

  /** While the film runs, the buttons step back; they stay reachable. */
  function restSoon() {
    clearTimeout(hideTimer);
    hideTimer = setTimeout(() => { if (!video.paused) stage.classList.add('calm'); }, 2500);
  }

  function end() {
    if (gone) return;
    gone = true;
    window.removeEventListener('pagehide', end);
    clearTimeout(renewal);
    clearTimeout(hideTimer);
    clearInterval(heartbeat);
    subtitles.end();
    if (started) report('play_end');
    events.flush();
    video.pause();
    video.removeAttribute('src');
    video.load();
  }
}
