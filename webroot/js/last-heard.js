// When the server last answered this browser: the page that stands in for it while it is away says since when.

const KEY = `hubstorage.heard${document.documentElement.dataset.base ?? ''}`;

/** The server lives, or did until then (epoch milliseconds). */
export function heard(at = Date.now()) {
  try {
    localStorage.setItem(KEY, String(at));
  } catch {
    // Where a browser refuses storage, nobody knows.
  }
}

/** Epoch milliseconds, or null where nothing is known. */
export function lastHeard() {
  try {
    return Number(localStorage.getItem(KEY)) || null;
  } catch {
    return null;
  }
}
