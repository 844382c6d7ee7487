import type { VNode } from "preact";
import { useChoice, useFilters, useParam } from "../filters.ts";
import { texts } from "../texts/index.ts";
import { Page } from "../ui/Page.tsx";
import { Select } from "../ui/Select.tsx";
import { labelsOf, options } from "../views/journeys.ts";
import { segmentName } from "../views/segments.ts";
import { channelOptions, EVERYTHING, isPart, type Known, loadFunnels, NOTHING, type Slice, UNITS } from "./journeys/asked.ts";
import { Channels } from "./journeys/Channels.tsx";
import { First } from "./journeys/First.tsx";
import { Flows } from "./journeys/Flows.tsx";
import { Returning } from "./journeys/Returning.tsx";
import { Steps } from "./journeys/Steps.tsx";
import { useAnswer } from "./shared/useAnswer.ts";

const words = texts.journeys;

export default function Journeys(): VNode {
  const [unit, setUnit] = useChoice("unit", UNITS);
  const [segment, setSegment] = useParam("segment");
  const [channel, setChannel] = useParam("channel");
  const { start, end } = useFilters();
  const known = useAnswer<Known>(() => loadFunnels(EVERYTHING), []) ?? NOTHING;
  const segments = options(words.all, known.segments.map(({ segment_id, name }) => ({ value: segment_id, label: words.segments[segment_id] ?? segmentName("rfm", segment_id, name) })), segment);
  const channels = options(words.all, channelOptions(known.channels), channel);
  const slice: Slice = { segment, channel, start, end, labels: labelsOf([{ options: segments, value: segment }, { options: channels, value: channel }]) };
  return (
    <Page
      title={texts.pages.journeys}
      intro={words.intro}
      hasDates
      filters={
        <>
          <Select label={words.unit} name="unit" value={unit} options={UNITS.map((value) => ({ value, label: words.units[value] }))} onChange={setUnit} />
          <Select label={words.segment} name="segment" value={segment} options={segments} onChange={setSegment} />
          <Select label={words.channel} name="channel" value={channel} options={channels} onChange={setChannel} />
        </>
      }
    >
      <Steps unit={unit} slice={slice} />
      <Channels unit={unit} slice={slice} />
      <Flows slice={slice} segments={segments} />
      <Returning isPart={isPart(slice)} />
      <First of="first_products" isPart={isPart(slice)} />
      <First of="first_categories" isPart={isPart(slice)} />
    </Page>
  );
}
