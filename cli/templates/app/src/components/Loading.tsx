/** Holds the place of rows that are on their way. */
export function Loading({ label, rows }: { readonly label: string; readonly rows: number }) {
  return (
    <div role="status" className="rows">
      <span className="hidden">{label}…</span>
      {Array.from({ length: rows }, (_, row) => <div key={row} className="row placeholder" />)}
    </div>
  );
}
