// The schedule in words. Only shapes that can be said exactly are put into words; all else is shown as written.

import { duration } from './format.js';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** The name of the schedule of all buckets that no other one names. */
export const MAIN = 'main';

/** Those schedules that begin backups, and no jobs of another kind. */
export function ofBackups(scheduler) {
  return (scheduler?.schedules ?? []).filter(({ kind = 'backup' }) => kind === 'backup');
}

/** The schedule that begins the next backup, in words; with its name where there are several. */
export function describeNext(scheduler) {
  const schedules = ofBackups(scheduler);
  const next = schedules.length > 1 ? schedules.find((one) => one.next === scheduler.next_backup) : null;
  if (!next) return describeSchedule(scheduler);
  return `${next.name === MAIN ? 'other buckets' : next.name}: ${describeSchedule(next)}`;
}

/** How long it is until something, in milliseconds: "in 2 h 14 min", and in the last hour to the second: "in 14 min 05 s". */
export function countdown(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds >= 3600) return `in ${duration(seconds * 1000)}`;
  const rest = seconds % 60;
  return seconds < 60 ? `in ${seconds} s` : `in ${Math.floor(seconds / 60)} min ${String(rest).padStart(2, '0')} s`;
}

/** "every 6 h", "every 30 min", "every day at 03:00", or the cron expression itself. */
export function describeSchedule({ cron, time_zone: timeZone, interval_hours: hours }) {
  if (cron) {
    const words = describeCron(cron);
    return timeZone ? `${words} (${timeZone})` : words;
  }
  if (!(hours > 0)) return 'no interval set';
  return `every ${describeHours(hours)}`;
}

function describeHours(hours) {
  if (hours === 1) return 'hour';
  if (hours === 24) return 'day';
  if (hours >= 1) return `${trim(hours)} h`;
  const seconds = Math.round(hours * 3600);
  return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
}

function trim(value) {
  return String(Math.round(value * 100) / 100);
}

/** A five-field Unix expression in words where it has a simple shape. */
export function describeCron(cron) {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== 5) return cron;
  const [minute, hour, day, month, weekday] = fields;
  if (day !== '*' || month !== '*') return cron;
  const at = exactTime(minute, hour);
  if (at) {
    if (weekday === '*') return `every day at ${at}`;
    if (weekday === '1-5') return `Monday to Friday at ${at}`;
    if (/^[0-7]$/.test(weekday)) return `every ${DAYS[Number(weekday) % 7]} at ${at}`;
    return cron;
  }
  if (weekday !== '*') return cron;
  const everyMinutes = /^\*\/(\d+)$/.exec(minute);
  if (everyMinutes && hour === '*' && 60 % Number(everyMinutes[1]) === 0) return `every ${everyMinutes[1]} min`;
  const everyHours = /^\*\/(\d+)$/.exec(hour);
  if (everyHours && /^\d+$/.test(minute) && 24 % Number(everyHours[1]) === 0) {
    return `every ${everyHours[1]} h at minute ${Number(minute)}`;
  }
  if (/^\d+$/.test(minute) && hour === '*') return `every hour at minute ${Number(minute)}`;
  return cron;
}

function exactTime(minute, hour) {
  if (!/^\d{1,2}$/.test(minute) || !/^\d{1,2}$/.test(hour)) return null;
  if (Number(minute) > 59 || Number(hour) > 23) return null;
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
}
