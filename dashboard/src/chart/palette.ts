/**
 * Colours of charts. The first six of a scheme stay apart for people with red, green or blue blindness, and every one
 * has a contrast of 3:1 to the surface it lies on; a test measures both.
 */
import type { Scheme } from "../theme.ts";

export interface ChartTheme {
  scheme: Scheme;
  /** Of categories, in order. */
  palette: readonly string[];
  /** From little to much. */
  sequential: readonly string[];
  /** From below to above, neutral in the middle. */
  diverging: readonly string[];
  good: string;
  bad: string;
  text: string;
  muted: string;
  line: string;
  surface: string;
}

/** Return whichever of black and white is read better on a colour (WCAG's relative luminance). */
export function inkOn(hex: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

/** Return the colour of the place between 0 and 1 of a scale. */
export function colourAt(scale: readonly string[], share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const [low, high] = [scale[Math.floor(place)], scale[Math.ceil(place)]] as [string, string];
  const mixed = [1, 3, 5].map((at) => {
    const [from, to] = [low, high].map((hex) => parseInt(hex.slice(at, at + 2), 16)) as [number, number];
    return Math.round(from + (to - from) * (place % 1)).toString(16).padStart(2, "0");
  });
  return `#${mixed.join("")}`;
}

export const THEME_COLOURS: Record<Scheme, ChartTheme> = {
  light: {
    scheme: "light",
    palette: ["#1f5fa8", "#d1600a", "#790b50", "#5a4e20", "#c77888", "#6233db", "#00796b", "#6b7280"],
    sequential: ["#e6eff9", "#b5d0ec", "#74a9d8", "#3a7dbd", "#1f5fa8", "#0c3566"],
    diverging: ["#b3500a", "#eba06a", "#f1f1f3", "#8db8e2", "#1f5fa8"],
    good: "#00796b",
    bad: "#b3400a",
    text: "#1c2230",
    muted: "#5a6375",
    line: "#dfe3ea",
    surface: "#ffffff",
  },
  dark: {
    scheme: "dark",
    palette: ["#6aa9ee", "#f0924c", "#f4ee8c", "#8f5cf0", "#e0457f", "#cdedea", "#4fd0b5", "#a9afbd"],
    sequential: ["#1c2d44", "#254a75", "#3a70ab", "#6aa9ee", "#a5cdf7", "#e3f1ff"],
    diverging: ["#f0924c", "#8a5a37", "#2a303c", "#3a70ab", "#8fc2f7"],
    good: "#4fd0b5",
    bad: "#ff9f66",
    text: "#e8ebf2",
    muted: "#a3acbd",
    line: "#333b49",
    surface: "#1a1f29",
  },
};
