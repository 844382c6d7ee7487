import { afterEach, describe, expect, it } from "vitest";
import { change, day, duration, instant, lastDayOf, minorDigits, money, number, percent, period, plainMoney, setZone } from "../src/format.ts";

afterEach(() => setZone("UTC"));

describe("money", () => {
  it.each([
    [123_450, "GBP", "£1,234.50"],
    [-5, "GBP", "-£0.05"],
    [1234, "JPY", "JP¥1,234"],
    [1234, "KWD", "KWD 1.234"],
    [0, "EUR", "€0.00"],
    [9_007_199_254_740_991, "GBP", "£90,071,992,547,409.91"],
  ])("writes %d of %s with the digits of ISO 4217", (minor, currency, written) => {
    expect(money(minor, currency).replace(/\u00a0/g, " ")).toBe(written);
  });
  it("rounds a mean to the minor unit", () => expect(money(1234.5, "GBP")).toBe("£12.35"));
  it("is short on an axis", () => expect(money(123_456_789, "GBP", { isCompact: true })).toBe("£1.2m"));
  it("writes small amounts on an axis without empty digits", () => expect([99_900, 0, 50].map((minor) => money(minor, "GBP", { isCompact: true }))).toEqual(["£999", "£0", "£0.50"]));
  it("shows a sign where asked", () => expect(money(100, "GBP", { isSigned: true })).toBe("+£1.00"));
  it("shows what is missing as missing, never as nothing", () => expect(money(null, "GBP")).toBe("–"));
  it("knows Iceland and Iraq as ISO does, not as the browser", () => expect([minorDigits("ISK"), minorDigits("IQD"), minorDigits("GBP")]).toEqual([0, 3, 2]));
});

describe("plain money for a file", () => {
  it.each([
    [123_450, "GBP", "1234.50"],
    [5, "GBP", "0.05"],
    [-5, "KWD", "-0.005"],
    [1234, "JPY", "1234"],
    [0, "GBP", "0.00"],
  ])("writes %d of %s exactly", (minor, currency, written) => expect(plainMoney(minor, currency)).toBe(written));
});

describe("numbers", () => {
  it("writes shares and changes", () => expect([percent(0.1234), change(0.0421), change(-0.5), change(0)]).toEqual(["12.3%", "+4.2%", "-50%", "0%"]));
  it("writes counts", () => expect([number(1_234_567), number(undefined)]).toEqual(["1,234,567", "–"]));
  it("writes a duration in its largest unit", () => expect([duration(59), duration(7_200), duration(90_000)]).toEqual(["59 seconds", "2 hours", "1 day"]));
});

describe("time", () => {
  it("shows a day of the shop as it is, in any zone", () => {
    setZone("Pacific/Auckland");
    expect(day("2011-12-09")).toBe("9 Dec 2011");
  });
  it("shows an instant in the shop's zone", () => {
    setZone("Europe/London");
    expect(instant("2011-07-01T23:30:00Z")).toBe("2 Jul 2011, 00:30");
  });
  it("takes midnight for the end of the day before", () => {
    setZone("Europe/London");
    expect([lastDayOf("2011-07-01T23:00:00Z"), lastDayOf("2011-12-10T00:00:00+00:00")]).toEqual(["2011-07-01", "2011-12-09"]);
  });
  it("refuses a zone that there is not", () => expect(() => setZone("Europe/Lundon")).toThrow(RangeError));
  it.each([
    ["2011-12-05", "day", "5 Dec 2011"],
    ["2011-12-05", "week", "Week of 5 Dec 2011"],
    ["2011-12-01", "month", "Dec 2011"],
    ["2011-10-01", "quarter", "Q4 2011"],
    ["2011-01-01", "year", "2011"],
  ])("names the period of %s by %s", (begins, grain, name) => expect(period(begins, grain)).toBe(name));
});
