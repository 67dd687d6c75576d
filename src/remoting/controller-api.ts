import { z } from 'zod';
import type { RemotingClient } from './client.js';
import { RequestCode } from './codes.js';
import { invokeExpecting, jsonBody } from './response.js';

/** What a controller knows about its own group. `leaderAddress` is undefined as long as none is elected. */
export type ControllerMetadata = { readonly isLeader: boolean; readonly leaderAddress: string | undefined };

/** Every controller answers, leader or not. Source: remoting/.../header/controller/GetMetaDataResponseHeader.java. */
export async function getControllerMetadata(client: RemotingClient, address: string, signal: AbortSignal): Promise<ControllerMetadata> {
  const { extFields } = await invokeExpecting(client, address, RequestCode.CONTROLLER_GET_METADATA_INFO, { signal });
  const { controllerLeaderAddress: leaderAddress, isLeader } = extFields;
  return { isLeader: isLeader === 'true', leaderAddress: leaderAddress ? leaderAddress : undefined };
}

/** Source: remoting/.../protocol/body/BrokerReplicasInfo.java. */
const replicasSchema = z.object({
  replicasInfoTable: z
    .record(z.string(), z.object({ inSyncReplicas: z.array(z.object({ brokerAddress: z.string() })).nullish() }))
    .default({}),
});

/** @returns the addresses in the syncStateSet of each of `brokerNames`. Only the leading controller answers. */
export async function getSyncStateSets(
  client: RemotingClient,
  address: string,
  brokerNames: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ReadonlySet<string>>> {
  const request = RequestCode.CONTROLLER_GET_SYNC_STATE_DATA;
  const { body } = await invokeExpecting(client, address, request, { body: Buffer.from(JSON.stringify(brokerNames)), signal });
  const { replicasInfoTable } = jsonBody(address, request, body, replicasSchema);
  return new Map(
    Object.entries(replicasInfoTable).map(([name, { inSyncReplicas }]) => [
      name,
      new Set((inSyncReplicas ?? []).map(({ brokerAddress }) => brokerAddress)),
    ]),
  );
}
