/** Our words for what the API calls a thing. */

/** Return what a text is at a name, where it has one. */
export function at<T>(listed: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(listed, name) ? listed[name] : undefined;
}

/** Return our word for a name; of one that we have none for, that name, or another word. */
export function word(listed: Readonly<Record<string, string | undefined>>, name: string, otherwise = name): string {
  return at(listed, name) ?? otherwise;
}

/** Write a text with a capital first. */
export function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
