/** @returns `at` in local time: `12:00:05.120` today, with the date otherwise. */
export function localTime(at: string | number, options: { millis: boolean } = { millis: true }): string {
  const date = new Date(at);
  const pad = (value: number, width = 2) => String(value).padStart(width, '0');
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  const exact = options.millis ? `${time}.${pad(date.getMilliseconds(), 3)}` : time;
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? exact : `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${exact}`;
}
