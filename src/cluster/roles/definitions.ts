import type { Role } from '../../profile/profile.js';
import { brokerRole } from './broker/broker.js';
import { controllerRole } from './controller.js';
import { dashboardRole } from './dashboard.js';
import { namesrvRole } from './namesrv.js';
import { proxyRole } from './proxy.js';
import type { RoleDefinition } from './role.js';

export const ROLE_DEFINITIONS: Readonly<Record<Role, RoleDefinition>> = {
  namesrv: namesrvRole,
  controller: controllerRole,
  broker: brokerRole,
  proxy: proxyRole,
  dashboard: dashboardRole,
};

/** Is the cluster ready without it? */
export const isOptional = ({ role }: { role: Role }): boolean => ROLE_DEFINITIONS[role].isOptional ?? false;
