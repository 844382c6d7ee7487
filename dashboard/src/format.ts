/** How figures are written. Money comes as whole minor units; nothing here computes with major units but charts' axes. */
import { texts } from "./texts/index.ts";
import { capital } from "./texts/words.ts";

const WITHOUT_MINOR = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ");
const THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND".split(" ");

/** Digits of the minor unit by ISO 4217: 2 for GBP, 0 for JPY, 3 for KWD. The same table as the backend's. */
export function minorDigits(currency: string): number {
  if (WITHOUT_MINOR.includes(currency)) return 0;
  return THOUSANDTHS.includes(currency) ? 3 : 2;
}

export type Maybe = number | null | undefined;

const cache = new Map<string, Intl.NumberFormat>();

function numbers(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = JSON.stringify(options);
  let found = cache.get(key);
  if (!found) {
    found = new Intl.NumberFormat(texts.locale, options);
    cache.set(key, found);
  }
  return found;
}

function isMissing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || Number.isNaN(value);
}

/** An amount in major units, for axes and sizes in charts; text is written from the minor units. */
export function major(minor: number, currency: string): number {
  return minor / 10 ** minorDigits(currency);
}

/** Write an amount as a plain decimal number, exactly, as a CSV cell has it: `1234.50`. */
export function plainMoney(minor: number, currency: string): string {
  const digits = minorDigits(currency);
  const whole = Math.round(minor);
  const text = String(Math.abs(whole)).padStart(digits + 1, "0");
  const cut = text.length - digits;
  return `${whole < 0 ? "-" : ""}${text.slice(0, cut)}${digits ? `.${text.slice(cut)}` : ""}`;
}

export interface MoneyStyle {
  /** Short, as on an axis: £1.2m. */
  isCompact?: boolean;
  /** With a plus where it is more than nothing. */
  isSigned?: boolean;
}

/** Write an amount of minor units: `£1,234.50`, `¥1,234`, `KWD 1.234`. */
export function money(minor: Maybe, currency: string, { isCompact = false, isSigned = false }: MoneyStyle = {}): string {
  if (isMissing(minor)) return texts.none;
  const digits = minorDigits(currency);
  const style: Intl.NumberFormatOptions = { style: "currency", currency };
  if (isSigned) style.signDisplay = "exceptZero";
  if (isCompact && Math.abs(minor) >= 1000 * 10 ** digits) {
    return numbers({ ...style, notation: "compact", maximumFractionDigits: 1, minimumFractionDigits: 0 }).format(major(minor, currency));
  }
  const exact = plainMoney(minor, currency) as Intl.StringNumericLiteral;
  if (isCompact) style.trailingZeroDisplay = "stripIfInteger";
  return numbers({ ...style, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(exact);
}

/** Write a number; at most so many digits after the point, and at least so many. */
export function number(value: Maybe, digits = 0, least = 0): string {
  return isMissing(value) ? texts.none : numbers({ minimumFractionDigits: least, maximumFractionDigits: digits }).format(value);
}

/** Write a share (0.123) as `12.3%`. */
export function percent(share: Maybe, digits = 1): string {
  if (isMissing(share)) return texts.none;
  return numbers({ style: "percent", minimumFractionDigits: 0, maximumFractionDigits: digits }).format(share);
}

/** Write a relative change (0.042) with its sign: `+4.2%`. */
export function change(share: Maybe, digits = 1): string {
  if (isMissing(share)) return texts.none;
  return numbers({ style: "percent", maximumFractionDigits: digits, signDisplay: "exceptZero" }).format(share);
}

let zone = "UTC";

/** Say in which zone instants are shown: the shop's. An unknown zone is refused. */
export function setZone(timezone: string): void {
  new Intl.DateTimeFormat("en", { timeZone: timezone });
  zone = timezone;
}

/** Write a day of the shop (`2011-12-09`) as `9 Dec 2011`; it has no zone, and none is applied. */
export function day(value: string | null | undefined): string {
  if (!value) return texts.none;
  const found = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(found.getTime())) return value;
  return new Intl.DateTimeFormat(texts.locale, { dateStyle: "medium", timeZone: "UTC" }).format(found);
}

/** Write an instant in the shop's zone: `9 Dec 2011, 14:05`. */
export function instant(value: string | null | undefined): string {
  if (!value) return texts.none;
  const found = new Date(value);
  if (Number.isNaN(found.getTime())) return value;
  return new Intl.DateTimeFormat(texts.locale, { dateStyle: "medium", timeStyle: "short", timeZone: zone }).format(found);
}

/** Return the day of the shop that an instant lies in; one at midnight ends the day before, as `as_of` does. */
export function lastDayOf(asOf: string): string {
  const before = new Date(new Date(asOf).getTime() - 1);
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: zone, year: "numeric", month: "2-digit", day: "2-digit" });
  return parts.format(before);
}

/** Write the name of a period by its first day and its length: `Dec 2011`, `Q4 2011`, `week of 5 Dec 2011`. */
export function period(begins: string, grain: string): string {
  const found = new Date(`${begins.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(found.getTime())) return begins;
  const year = String(found.getUTCFullYear());
  if (grain === "year") return year;
  if (grain === "quarter") return texts.quarter(Math.floor(found.getUTCMonth() / 3) + 1, year);
  if (grain === "month") {
    return new Intl.DateTimeFormat(texts.locale, { month: "short", year: "numeric", timeZone: "UTC" }).format(found);
  }
  return grain === "week" ? texts.weekOf(day(begins)) : day(begins);
}

/** Write how long something is, in the largest unit that fits: `3 hours`. */
export function duration(seconds: Maybe): string {
  if (isMissing(seconds)) return texts.none;
  const units = [["day", 86_400], ["hour", 3_600], ["minute", 60]] as const;
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return unitText(seconds / length, unit);
  }
  return unitText(seconds, "second");
}

function unitText(value: number, unit: "day" | "hour" | "minute" | "second"): string {
  return numbers({ style: "unit", unit, unitDisplay: "long", maximumFractionDigits: 0 }).format(value);
}

/** Make an id or a name of a feature readable: `days_between_orders` is "days between orders". */
export function readable(name: string): string {
  return name.replaceAll("_", " ");
}

/** Write an id as a name: `at_risk` as `At risk`. */
export function nameOfId(id: string): string {
  return capital(readable(id));
}
