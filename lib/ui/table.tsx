import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

/*
 * One table for every width: a real table from `md` up, a list of cards below. The roles are written out because
 * browsers drop a table's own semantics once its parts are displayed as blocks.
 */

export function Table({ className, label, ...rest }: ComponentProps<"table"> & { label: string }) {
  return <table role="table" aria-label={label} className={cx("block w-full text-left md:table", className)} {...rest} />;
}

export function TableHead({ children }: { children: ReactNode }) {
  return (
    <thead role="rowgroup" className="hidden border-b border-line md:table-header-group">
      <tr role="row">{children}</tr>
    </thead>
  );
}

export function HeadCell({ className, ...rest }: ComponentProps<"th">) {
  return (
    <th
      role="columnheader"
      scope="col"
      className={cx("border-b border-line px-3 py-2 text-xs font-medium whitespace-nowrap text-faint first:pl-5 last:pr-5", className)}
      {...rest}
    />
  );
}

export function TableBody({ className, ...rest }: ComponentProps<"tbody">) {
  return <tbody role="rowgroup" className={cx("block divide-y divide-line md:table-row-group", className)} {...rest} />;
}

export function TableRow({ className, ...rest }: ComponentProps<"tr">) {
  return (
    <tr
      role="row"
      className={cx("grid grid-cols-[minmax(0,1fr)_auto] gap-x-4 gap-y-2.5 px-4 py-3.5 transition-colors duration-100 hover:bg-sunken md:table-row md:p-0", className)}
      {...rest}
    />
  );
}

interface CellProps extends ComponentProps<"td"> {
  /** The column's name, shown in the card where there is no header row. */
  label?: string;
}

export function Cell({ label, className, children, ...rest }: CellProps) {
  return (
    <td role="cell" className={cx("block min-w-0 align-middle md:table-cell md:px-3 md:py-2.5 md:first:pl-5 md:last:pr-5", className)} {...rest}>
      {label && <span className="mb-0.5 block text-xs text-faint md:hidden">{label}</span>}
      {children}
    </td>
  );
}
