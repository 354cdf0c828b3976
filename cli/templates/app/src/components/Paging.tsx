import { Button } from "./Button.tsx";

interface PagingProps {
  /** The page that is shown, from 1. */
  readonly page: number;
  /** How many there are. */
  readonly pages: number;
  readonly onPage: (page: number) => void;
}

/** Leads from page to page; nothing, when there is but one. */
export function Paging({ page, pages, onPage }: PagingProps) {
  if (pages <= 1 && page === 1) return null;
  return (
    <nav className="paging" aria-label="Pages">
      <Button type="button" className="quiet" isOff={page <= 1} onClick={() => onPage(page - 1)}>Previous</Button>
      <span aria-current="page">Page {page} of {pages}</span>
      <Button type="button" className="quiet" isOff={page >= pages} onClick={() => onPage(page + 1)}>Next</Button>
    </nav>
  );
}
