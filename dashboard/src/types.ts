/**
 * What the API answers with, as docs/openapi.json has it. Rows that are plain objects there are written out where the
 * page reads them; a page that reads more of a row says so in its own type: `api().get<MyAnswer>("/analytics/…")`.
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  field?: string;
  rule?: string;
  request_id?: string;
  /** In the page's own words, where it knows more than the status says. */
  words?: string;
}

/** How answers of a run begin. */
export interface Head {
  generation: string;
  /** What the data reach up to. */
  as_of: string;
  age_seconds: number;
  /** ISO 4217. */
  currency: string;
}

export interface Paged {
  next_cursor: string | null;
}

export interface SalesRow {
  /** First day of the period; of rows by period alone. */
  begins?: string;
  is_running?: boolean;
  country?: string | null;
  category?: string | null;
  channel?: string | null;
  product_id?: string | null;
  fee?: string | null;
  name?: string | null;
  is_rest?: boolean;
  net_minor: number;
  orders?: number;
  aov_minor?: number | null;
  customers?: number | null;
  new_customers?: number | null;
  returning_customers?: number | null;
  [figure: string]: unknown;
}

export interface Sales extends Head, Paged {
  by: string;
  grain: string | null;
  /** What periods are narrowed to, a product with its name and category; null for the whole shop. */
  of: Record<string, string | null> | null;
  covers: { start: string | null; end: string | null };
  rows: SalesRow[];
  totals: { net_minor: number; orders?: number; aov_minor?: number | null; [figure: string]: unknown };
  shop_net_minor: number;
}

export interface CohortCell {
  offset: number;
  active: number | null;
  retention: number | null;
  net_minor: number | null;
  cumulative_ltv_minor: number | null;
  is_running: boolean;
}

export interface Cohorts extends Head {
  period?: string;
  cohorts?: { cohort: string; customers: number; periods?: CohortCell[]; values?: (number | null)[]; is_running?: boolean[]; [figure: string]: unknown }[];
  average?: { offset: number; value?: number | null; [figure: string]: unknown }[];
  [figure: string]: unknown;
}

export interface SegmentRow {
  segment_id: string;
  name: string;
  customers: number;
  net_minor: number;
  customer_share: number | null;
  revenue_share: number | null;
  expected_value_12m_minor: number | null;
  expected_value_12m_low_minor: number | null;
  expected_value_12m_high_minor: number | null;
  mean_probability_alive: number | null;
  mean_churn_probability?: number | null;
  mean_recency_days?: number | null;
  mean_frequency?: number | null;
  description?: string;
  rule?: string;
  /** The numbers of the rule. */
  limits?: Record<string, number>;
  /** What the name of a cluster is made of. */
  name_parts?: ClusterName;
  [figure: string]: unknown;
}

export interface ClusterName {
  traits: { feature: string; is_high: boolean }[];
  apart: { feature: string; median: number | null } | null;
  number: number | null;
}

export interface Segments extends Head {
  method: string;
  segments: SegmentRow[];
  [figure: string]: unknown;
}

export interface Performance extends Head {
  method: string;
  frequency_unit: string | null;
  segments: (SegmentRow & { migration: Record<string, number> | null })[];
  migration_reason: string | null;
}

export interface Members extends Head, Paged {
  segment_id: string;
  method: string;
  name: string;
  total: number;
  customers: { customer_id: string; net_minor: number | null; [figure: string]: unknown }[];
}

export type Verdict = "ok" | "warn" | "drift" | "not enough data";

export interface DriftMeasure {
  measure: string;
  verdict: Verdict;
  says: string;
  value?: number;
  threshold?: number;
  p?: number;
  /** What it is of, where a part is measured in several ways. */
  of?: string;
  /** Of too few data, what there is not enough of. */
  why_code?: string | null;
  why_values?: Record<string, unknown>;
}

export interface DriftedPart {
  verdict: Verdict;
  severity: number;
  measures: DriftMeasure[];
}

export interface DriftedColumn extends DriftedPart {
  column: string;
  kind: "number" | "category" | "presence";
  /** False of a column that grows by itself. */
  in_verdict?: boolean;
  reference: Record<string, unknown>;
  current: Record<string, unknown>;
  /** Shares of the rows, where there are enough of them. */
  bins?: { bin: string; reference: number; current: number }[];
}

export interface Drift extends Head {
  verdict: Verdict;
  reasons: string[];
  reference: Record<string, unknown> | null;
  features: DriftedColumn[];
  raw: DriftedColumn[];
  segments: DriftedPart;
  catalogue: DriftedPart;
  diversity: DriftedPart;
  decay: DriftedPart;
  why?: string;
}

export interface Experiment {
  experiment_id: string;
  name: string;
  state: "draft" | "running" | "stopped" | "archived";
  arms: Record<string, unknown>[];
  hypothesis?: string;
  primary_metric?: string | null;
  started_at?: string;
  stopped_at?: string;
  [field: string]: unknown;
}

export interface Experiments {
  experiments: Experiment[];
  holdout: { share: number; since: string | null } | null;
}

export interface ModelVersion {
  model: string;
  version: string;
  decision: "published" | "promoted" | "recorded" | "skipped";
  reason: string;
  state: "live" | "superseded" | "";
  kept_until: string;
  as_of: string;
  low_data: boolean;
  created_at: string | null;
  customers: number | null;
  metrics: Record<string, unknown> | null;
  [field: string]: unknown;
}

export interface Models {
  models: ModelVersion[];
  live: Record<string, unknown>;
}

export interface RolledBack {
  family: string;
  live_run: string;
  rolled_back: string | null;
  kept_until: string | null;
}

export interface RunOf {
  run_id: string;
  status: string;
  began: string;
  seconds: number;
  published: boolean | null;
  reason: string;
  cause: string;
  /** What carried it and why; of a run that had nothing to choose neither. */
  engine?: string;
  engine_reason?: string;
}

export interface Fresh {
  family: string;
  run_id: string;
  model: { name?: string; [field: string]: unknown } | null;
  as_of: string;
  age_hours: number;
  published_at: string;
  rollback_to: { run_id: string; until: string } | null;
}

export interface Breach {
  table: string;
  rule: string;
  severity: string;
  says: string;
  column?: string;
  /** What the rule is about, what was found, and the limit beyond which that lies. */
  measure?: string;
  value?: number;
  limit?: number;
  object: string;
  measured_at: string;
}

export interface Status {
  at: string;
  stack: string;
  /** By state machine, the newest first; of chosen days those that ended in them. */
  runs: Record<string, RunOf[]>;
  /** Of chosen days: how many older runs there were than are listed. */
  runs_left_out?: number;
  freshness: Fresh[];
  alarms: { alarm: string; state: string; since: string; description: string; runbook: string }[];
  dead_letters: number | null;
  breaches: Breach[];
  decision: Record<string, unknown> | null;
  next: { say: string; command: string }[];
}

export interface UploadReport {
  object: string;
  key: string;
  /** Null of a file that cannot be read, as the counts are. */
  table: string | null;
  state: "done" | "refused" | "unreadable";
  at: string;
  currency: string;
  read: number | null;
  kept: number | null;
  refused: number | null;
  repeated: number | null;
  superseded: number | null;
  refused_by_rule: { rule: string; rows: number; says: string }[];
  doubts: string[];
  breaches: { rule: string; severity: string; says: string }[];
  problem: string | null;
}

export interface UploadReports extends Paged {
  reports: UploadReport[];
}

export interface CostOfRuns {
  machines: Record<string, { runs: number; usd: number; seconds: number; last: { run_id: string; status: string; ended: string; seconds: number; cost: { usd: number } } }>;
  month: { since: string; runs: number; usd: number };
  prices_read_on: string;
}

/** A figure of a period, and of as many days before. */
export interface Compared {
  value: number | null;
  previous: number | null;
  /** The share of the one before; null where that says nothing. */
  change: number | null;
}

export interface TrendRow {
  begins: string;
  /** First and last day within the period. */
  start: string;
  end: string;
  net_minor: number;
  orders: number;
  aov_minor: number | null;
  previous_net_minor: number | null;
}

export interface CalendarMark {
  day: string;
  name: string;
  country: string | null;
}

export interface TopRow extends Compared {
  name: string;
  product_id?: string;
  category?: string;
  country?: string;
}

export type ChangeKind = "net_minor" | "orders" | "new_customers" | "returning_customers" | "country" | "category" | "product" | "segment";

export interface ChangeRow extends Compared {
  kind: ChangeKind;
  /** Of the country, category, product or segment. */
  id: string | null;
  name: string;
  difference: number;
  /** An English sentence, for who has no words of their own. */
  text: string;
  /** Of a segment: the day up to which the run before had data. */
  since?: string;
}

export interface Overview extends Head {
  period: { start: string; end: string; days: number };
  previous: { start: string; end: string } | null;
  previous_reason: string | null;
  net_minor: Compared;
  orders: Compared;
  aov_minor: Compared;
  customers: Compared;
  new_customers: Compared;
  returning_customers: Compared;
  grain: "day" | "week" | "month";
  trend: TrendRow[];
  marks: CalendarMark[];
  top: { products: TopRow[]; categories: TopRow[]; countries: TopRow[] };
  kept: Record<string, { kept: number; of: number }>;
  changes: ChangeRow[];
}

export interface SegmentCell {
  /** Scores from 1 to 5. */
  r: number;
  f: number;
  customers: number;
  net_minor: number;
  mean_monetary_minor: number | null;
  /** Of most of its customers; money parts a cell into several. */
  segment_id: string | null;
  segments: { segment_id: string; customers: number; net_minor: number }[];
}

export interface SegmentMap extends Head {
  frequency_unit: string;
  /** What the scores 2 to 5 take, by score of recency, frequency and money. */
  cuts: { r?: (number | null)[]; f?: (number | null)[]; m?: (number | null)[] };
  cells: SegmentCell[];
  unscored: { customers: number; net_minor: number };
  names: Record<string, string>;
}

export interface Migration extends Head {
  from_run: string | null;
  to_run: string;
  from_as_of: string | null;
  to_as_of: string;
  /** A null end is somebody who was not there. */
  moves: { from_segment_id: string | null; to_segment_id: string | null; customers: number; net_minor: number; net_minor_change: number }[];
  names: Record<string, string>;
  reason: string | null;
}

export interface Clusters extends Head {
  k: number;
  reason: string | null;
  silhouette: number | null;
  stability: number | null;
  features: string[];
  by_k: { k: number; silhouette: number; stability: number; inertia: number }[];
  clusters: { cluster_id: number; name: string; name_parts?: ClusterName; customers: number; profile: Record<string, { mean: number | null; median: number | null; z: number | null }> }[];
  customers: number;
  points: { x: number; y: number; cluster: number }[];
  points_reason: string | null;
  centres: { cluster: number; x: number; y: number }[];
  components: { variance_share: number; weights: Record<string, number> }[];
}

export interface SegmentProducts extends Head {
  method: string;
  segment_id: string;
  name: string;
  customers: number;
  products: { product_id: string; name: string; net_minor: number; items: number; buyers: number; share_of_customers: number; lift: number }[];
  next_products: { product_id: string; name: string; share_of_customers: number }[];
}

export type TimelineKind = "acquired" | "visit" | "purchase" | "fee" | "refund" | "segment_change" | "recommendation_seen" | "recommendation_taken";

/** An entry of a customer's timeline. */
export interface TimelineEvent {
  occurred_at: string;
  position: number;
  /** Of the shop. */
  day: string;
  kind: TimelineKind;
  session_key: string | null;
  order_id: string | null;
  refers_to: string | null;
  product_id: string | null;
  products: number | null;
  events: number | null;
  net_minor: number | null;
  channel: string | null;
  /** What a customer came by, or the segment that they changed to. */
  detail: string | null;
}

export interface Timeline extends Head, Paged {
  customer_id: string;
  events: TimelineEvent[];
  total: number;
  is_cut: boolean;
  /** By kind; null for what no timeline has. */
  totals: Record<string, number | null>;
  /** What products of the page are called, by id, as far as that is known. */
  names?: Record<string, string>;
  /** Why no timeline has a kind. */
  absent: Partial<Record<TimelineKind, string>>;
  is_simulated?: boolean;
}

/** What a run says of a customer; what it does not know is left out. */
export interface Customer extends Head {
  customer_id: string;
  recency_days?: number | null;
  frequency?: number | null;
  net_minor?: number | null;
  r?: number | null;
  f?: number | null;
  m?: number | null;
  segment_id?: string | null;
  lifecycle_id?: string | null;
  behaviour_id?: string | null;
  cluster_id?: string | null;
  expected_gap_days?: number | null;
  overdue?: number | null;
  probability_alive?: number | null;
  churn_probability?: number | null;
  expected_purchases_12m?: number | null;
  expected_value_3m_minor?: number | null;
  expected_value_3m_low_minor?: number | null;
  expected_value_3m_high_minor?: number | null;
  expected_value_12m_minor?: number | null;
  expected_value_12m_low_minor?: number | null;
  expected_value_12m_high_minor?: number | null;
  [field: string]: unknown;
}

export interface RecommendedItem {
  product_id: string;
  name: string;
  price_minor: number | null;
  category: string;
  in_stock: boolean | null;
  score: number;
  rung: string;
  reason: { kind: string; text: string; because_name?: string; share?: number; buyers?: number; times?: number };
  pinned?: boolean;
  promoted?: boolean;
}

export interface Recommended extends Head {
  user_id: string | null;
  recommendation_id: string;
  k: number;
  rung: string;
  items: RecommendedItem[];
  model: Record<string, string>;
  experiment: { experiment_id: string; arm: string } | null;
  /** When the shop last told of its products; null where it never did. */
  stock_as_of: string | null;
  stock_age_seconds: number | null;
  /** Whether the user's own list was looked at. */
  personal?: boolean;
  control?: boolean;
  degraded?: boolean;
  /** What is live lacks the lists of the arm. */
  arm_fallback?: boolean;
  /** How many products there are, where they are fewer than k. */
  eligible?: number;
}

/** What the storefront would get; nobody was shown it, so it has no `recommendation_id`. */
export interface RecommendationPreview extends Omit<Recommended, "recommendation_id"> {
  is_preview: true;
  /** Whether the live run keeps a list for this id; null of a guest, and where it could not be read. */
  has_own_list: boolean | null;
}

export interface FunnelStep {
  step: "session" | "visitor" | "product_view" | "cart_add" | "purchase";
  reached: number | null;
  in_order: number | null;
  step_conversion: number | null;
  conversion: number | null;
  reason: string | null;
}

/** A channel that visits, or first purchases, are told apart by; null for none, and for the small ones together. */
export interface JourneyChannel {
  channel_id: string;
  channel: string | null;
  is_folded: boolean;
}

export interface Funnel {
  steps: FunnelStep[];
  by_channel: (JourneyChannel & { steps: FunnelStep[] })[];
}

/** What an answer of journeys is of, and what it could be of. */
export interface JourneyFilters {
  segment_id: string | null;
  channel: string | null;
  segments: { segment_id: string; name: string }[];
  channels: JourneyChannel[];
}

export interface Funnels extends Head, JourneyFilters {
  session_minutes: number;
  sessions: Funnel | null;
  visitors: Funnel | null;
  reason: string | null;
  is_simulated?: boolean;
}

export interface PathNode {
  id: number;
  step: number;
  kind: "state" | "end" | "tail" | "folded" | "unknown";
  state: string;
  weight: number;
}

export interface PathLink {
  source: number;
  target: number;
  weight: number;
  /** Of the source. */
  share: number;
  median_days?: number | null;
}

export interface PathGraph {
  nodes: PathNode[];
  links: PathLink[];
  depth: number;
  journeys: number;
  cut: number;
  is_cut: boolean;
}

export interface Paths extends Head, JourneyFilters {
  of: "sessions" | "purchases" | "categories";
  graph: PathGraph | null;
  reason: string | null;
  is_simulated?: boolean;
}

export interface PurchaseStage {
  purchase: number;
  customers: number;
  net_minor: number;
  returned: number;
  repeat_rate: number;
  mean_days: number | null;
  first_quartile_days: number | null;
  median_days: number | null;
  third_quartile_days: number | null;
  within: { days: number; customers: number; returned: number; repeat_rate: number | null }[];
}

export interface Firsts {
  items: { item: string; customers: number; returned: number; repeat_rate: number; median_days_to_next: number | null; name?: string }[];
  next: { item: string; next_item: string; customers: number; name?: string; next_name?: string }[];
}

export interface RepeatPurchases extends Head {
  stages: PurchaseStage[];
  first_products: Firsts;
  first_categories: Firsts | null;
  reasons: Record<string, string | null>;
}

/** What a report of effectiveness can be laid out by. */
export type Dimension = "model" | "rung" | "placement" | "segment" | "position" | "day";

/** A row of a report: sums, and rates where there are impressions enough. */
export interface Counted {
  impressions: number;
  clicks: number;
  carts: number;
  purchases: number;
  revenue_minor: number;
  ctr: number | null;
  cart_rate: number | null;
  conversion: number | null;
  is_enough: boolean;
  [dimension: string]: unknown;
}

export interface Effectiveness extends Head {
  by: Dimension;
  since: string;
  until: string;
  rule: { text: string; click_days?: number; view_days?: number };
  reason: string | null;
  totals: Counted;
  shop: { revenue_minor: number; attributed_share: number | null };
  /** What is left out; of chosen days still that of the whole report, and of which days that is. */
  coverage: { notes: string[]; since?: string; until?: string; [left: string]: unknown };
  rows: Counted[];
  versions?: (Counted & { model: string | null; generation: string | null; offline: Record<string, OfflineMetric | null | undefined> | null })[];
}

export interface OfflineMetric {
  value: number;
  low?: number | null;
  high?: number | null;
}

export interface Candidate {
  decision: "published" | "promoted" | "recorded" | "skipped";
  reason?: string;
  customers?: number;
  metrics?: Record<string, OfflineMetric | undefined>;
}

export interface Scorecard extends Head {
  model: string;
  decision: string;
  reason: string;
  low_data: boolean;
  cutoff: string | null;
  customers: number;
  baseline: string;
  candidates: Record<string, Candidate>;
}

export type Code = "stopped" | "not_enough_data" | "winner" | "loser" | "no_difference_seen";

/** An interval of a lift, of its amount and of its share. */
export interface Limits {
  low: number | null;
  high: number | null;
  relative_low: number | null;
  relative_high: number | null;
  p: number | null;
  corrected_p: number | null;
}

export interface Lift {
  arm: string;
  against: string;
  absolute: number | null;
  relative: number | null;
  fixed: Limits;
  sequential: Limits;
  significant: boolean;
  detectable_relative: number | null;
}

export interface Metric {
  metric: string;
  label: string;
  unit: "share" | "minor";
  status: "compared" | "not_enough_data" | "not_applicable";
  missing: { sentence: string; arm: string; visitors: number; events: number; event: string; days_more: number | null }[];
  arms: { arm: string; value: number | null; low: number | null; high: number | null; observed: number | null; events: number }[];
  lifts: Lift[];
}

export interface Incremental {
  of: string;
  arm: string;
  against: string;
  units: number;
  value_minor: number;
  observed_minor: number;
  sequential: { low_minor: number; high_minor: number };
}

export interface ExperimentResults extends Head {
  experiment_id: string;
  name: string;
  control: string;
  primary_metric: string;
  units: number;
  crossovers: number;
  unexpected: number;
  days: { first: string | null; last: string | null; count: number };
  arms: { arm: string; kind: string; units: number; expected_share: number; observed_share: number; buyers: number; impressions: number; clicks: number; carts: number; orders: number; revenue_minor: number }[];
  sample_ratio: { p: number; fails: boolean };
  notes: string[];
  note_codes?: string[];
  stopped: string | null;
  options?: { confidence?: number; power?: number };
  metrics: Metric[];
  incremental_revenue: Incremental[];
  verdict: { code: Code; arm: string | null; sentence: string };
}
