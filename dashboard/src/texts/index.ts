import { en } from "./en.ts";

/** Every text of the page. A translation is a file of the same shape as `en.ts`, chosen here. */
export type Texts = typeof en;
export const texts: Texts = en;
