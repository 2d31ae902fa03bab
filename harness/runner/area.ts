/** `NIC-CSUM` of `NIC-CSUM-001`. */
export function areaOf(id: string): string {
  return id.replace(/-\d+$/, '');
}
