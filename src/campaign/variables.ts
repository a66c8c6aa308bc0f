/** Names of the settings. Help needs them, so they stand apart from what reads them. */
/** What can be given, by its name in the configuration file, and its environment variable. */
export const VARIABLES = {
  endpoint: 'DMS_ENDPOINT',
  project: 'DMS_PROJECT',
  token: 'DMS_TOKEN',
  tokenFile: 'DMS_TOKEN_FILE',
  profile: 'DMS_PROFILE',
  only: 'DMS_ONLY',
  seed: 'DMS_SEED',
  programs: 'DMS_PROGRAMS',
  out: 'DMS_OUT',
  strict: 'DMS_STRICT',
  waivers: 'DMS_WAIVERS',
  clockUrl: 'DMS_CLOCK_URL',
  maxQueues: 'DMS_MAX_QUEUES',
  arrange: 'DMS_ARRANGE',
  config: 'DMS_CONFIG',
  quiet: 'DMS_QUIET',
  shard: 'DMS_SHARD',
  headerFile: 'DMS_HEADER_FILE',
  signingFile: 'DMS_SIGNING_FILE',
  ca: 'DMS_CA',
  clientCert: 'DMS_CLIENT_CERT',
  clientKey: 'DMS_CLIENT_KEY',
  insecure: 'DMS_INSECURE',
} as const;

/** What only the environment can give, since everybody can read a command line. */
export const SECRET_VARIABLES = {
  headers: 'DMS_HEADERS',
  accessKey: 'DMS_ACCESS_KEY',
  secretKey: 'DMS_SECRET_KEY',
  passphrase: 'DMS_CLIENT_KEY_PASSPHRASE',
} as const;
