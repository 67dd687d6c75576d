/** `sizeBytes` is what stands in the archive, `originalBytes` how long the file was; null where it was made for the report. */
export type ReportFile = { path: string; sizeBytes: number; originalBytes: number | null; source: string | null; note: string | null };

/** Something that belongs into a report and could not be had, or was left out. */
export type Missing = { path: string; why: string };

/** What `rmqdev report` has made. Field names are API: `--json` prints it, and `manifest.json` holds most of it. */
export type ReportResult = {
  file: string;
  sizeBytes: number;
  cluster: string | null;
  files: readonly ReportFile[];
  missing: readonly Missing[];
  /** Placeholder to how often it stands in place of something. */
  replaced: Readonly<Record<string, number>>;
};
