/**
 * nettool as a library: sessions with machines, queries over many of them, changes that are validated before they are carried out.
 *
 * ```ts
 * import { OpenedHost, changeDevice, query } from 'nicspec/nettool';
 *
 * const host = new OpenedHost({ name: 'here', target: 'linux:host' });
 * const { answers } = await query([host], { subjects: ['rings'], patterns: ['eth*'] });
 * const result = await changeDevice(await host.session(), 'eth0', [{ subject: 'rings', key: 'rx', value: '512' }]);
 * await host.close();
 * ```
 * @module
 */
export * from '../../reference-impl/nettool/index.js';
export * from './hosts.js';
