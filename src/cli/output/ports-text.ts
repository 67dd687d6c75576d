import { isTranslated, type PortRow, passesFirewall } from '../../diagnose/reach/port-table.js';
import { table } from './table.js';
import type { Colors } from './terminal.js';

/** A line for each port: who must get through to it, and where NAT must send it. */
export function renderPorts(rows: readonly PortRow[], colors: Colors): string {
  const hasHosts = rows.some(({ host }) => host !== null);
  const head = ['NODE', ...(hasHosts ? ['HOST'] : []), 'SOCKET', 'PORT', 'REACHED BY', 'FROM', 'AT'];
  const cells = (row: PortRow) => [
    row.node,
    ...(hasHosts ? [row.host ?? '-'] : []),
    row.name,
    String(row.port),
    row.users.join(', '),
    passesFirewall(row) ? (row.from?.join(', ') ?? 'anywhere') : 'this machine only',
    isTranslated(row) ? `${row.publicAddress} → ${row.ownAddress}` : row.publicAddress,
  ];
  return table(head, rows.map(cells), colors.bold);
}
