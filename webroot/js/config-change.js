// Changes to the configuration by something else than its form.

import { get, request } from './api.js';

const ATTEMPTS = 3;

/** Saves what `change` makes of the configuration in force; made anew from a newer one where somebody else saved meanwhile. */
export async function changeConfig(change) {
  for (let attempt = 1; ; attempt++) {
    const { config, hash } = await get('/api/config');
    try {
      return (await request('PUT', '/api/config', { body: change(config), headers: { 'if-match': `"${hash}"` } })).json;
    } catch (error) {
      if (error.status !== 412 || attempt === ATTEMPTS) throw error;
    }
  }
}
