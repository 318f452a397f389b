/**
 * How the model of a schema treats each column of pg_catalog, of all releases from PostgreSQL 14. A column that a new
 * release brings is not here, and a test fails until somebody has decided.
 */
export interface Treatment {
  /** Its number, or what it is found by in another database. */
  readonly identity?: string
  /** Two schemas differ where it differs. */
  readonly compared?: string
  /** What something that is compared makes it. */
  readonly follows?: string
  /** How it is stored or counted, and values: no part of a schema. */
  readonly physical?: string
  /** Not compared, although a person can change it. */
  readonly aside?: string
  /** Why. */
  readonly because?: string
}

const server = 'it belongs to the server, and a replay on a scratch database cannot make it'

export const catalogColumns: Readonly<Record<string, Treatment>> = {
  pg_aggregate: {
    identity: 'aggfnoid',
    compared: `aggkind aggnumdirectargs aggtransfn aggfinalfn aggcombinefn aggserialfn aggdeserialfn aggmtransfn aggminvtransfn
      aggmfinalfn aggfinalextra aggmfinalextra aggfinalmodify aggmfinalmodify aggsortop aggtranstype aggtransspace aggmtranstype
      aggmtransspace agginitval aggminitval`,
  },
  pg_am: { identity: 'oid amname', compared: 'amhandler amtype' },
  pg_amop: {
    identity: 'oid amopfamily',
    compared: 'amopstrategy amoppurpose amopopr amopsortfamily',
    follows: 'amoplefttype amoprighttype amopmethod',
  },
  pg_amproc: { identity: 'oid amprocfamily', compared: 'amproclefttype amprocrighttype amprocnum amproc' },
  pg_attrdef: { identity: 'oid adrelid adnum', compared: 'adbin' },
  pg_attribute: {
    identity: 'attrelid attname',
    compared: `atttypid atttypmod attstattarget attstorage attcompression attnotnull attidentity attgenerated attcollation attacl
      attoptions attfdwoptions attislocal`,
    follows: 'attlen attbyval attalign atthasdef attisdropped attinhcount',
    physical: 'attcacheoff atthasmissing attmissingval',
    aside: 'attnum attndims',
    because: 'a DOWN that brings a column back puts it last; PostgreSQL does not heed the number of dimensions',
  },
  pg_auth_members: { aside: 'oid roleid member grantor admin_option inherit_option set_option', because: server },
  pg_authid: {
    aside: `oid rolname rolsuper rolinherit rolcreaterole rolcreatedb rolcanlogin rolreplication rolbypassrls rolconnlimit rolpassword
      rolvaliduntil`,
    because: server,
  },
  pg_cast: { identity: 'oid castsource casttarget', compared: 'castfunc castcontext castmethod' },
  pg_class: {
    identity: 'oid relname relnamespace',
    compared: `reloftype relowner relam relpersistence relkind relrowsecurity relforcerowsecurity relreplident relispartition relacl
      reloptions relpartbound`,
    follows:
      'reltype reltoastrelid relhasindex relisshared relnatts relchecks relhasrules relhastriggers relhassubclass',
    physical: `relfilenode relpages reltuples relallvisible relallfrozen relispopulated relrewrite relfrozenxid relminmxid`,
    aside: 'reltablespace',
    because: server,
  },
  pg_collation: {
    identity: 'oid collname collnamespace',
    compared: 'collowner collprovider collisdeterministic collcollate collctype colliculocale colllocale collicurules',
    physical: 'collversion collencoding',
  },
  pg_constraint: {
    identity: 'oid conname connamespace conrelid contypid',
    compared: `contype condeferrable condeferred conenforced convalidated confrelid confupdtype confdeltype confmatchtype connoinherit
      conperiod conkey confkey confdelsetcols conexclop conbin`,
    follows: 'conindid conparentid conislocal coninhcount conpfeqop conppeqop conffeqop',
  },
  pg_conversion: {
    identity: 'oid conname connamespace',
    compared: 'conowner conforencoding contoencoding conproc condefault',
  },
  pg_database: {
    aside: `oid datname datdba encoding datlocprovider datistemplate datallowconn dathasloginevt datconnlimit dattablespace
      datcollate datctype daticulocale datlocale daticurules datcollversion datacl`,
    physical: 'datfrozenxid datminmxid datlastsysoid',
    because: server,
  },
  pg_db_role_setting: { aside: 'setdatabase setrole setconfig', because: server },
  pg_default_acl: { identity: 'oid defaclrole defaclnamespace defaclobjtype', compared: 'defaclacl' },
  pg_depend: {
    compared: 'deptype',
    follows: 'classid objid objsubid refclassid refobjid refobjsubid',
  },
  pg_description: { identity: 'objoid classoid objsubid', compared: 'description' },
  pg_enum: { identity: 'oid enumtypid', compared: 'enumsortorder enumlabel' },
  pg_event_trigger: { identity: 'oid evtname', compared: 'evtevent evtowner evtfoid evtenabled evttags' },
  pg_extension: {
    identity: 'oid extname',
    compared: 'extnamespace extversion',
    follows: 'extrelocatable extconfig extcondition',
    aside: 'extowner',
    because: 'no statement changes it, and no dump knows it',
  },
  pg_foreign_data_wrapper: { identity: 'oid fdwname', compared: 'fdwowner fdwhandler fdwvalidator fdwacl fdwoptions' },
  pg_foreign_server: { identity: 'oid srvname', compared: 'srvowner srvfdw srvtype srvversion srvacl srvoptions' },
  pg_foreign_table: { identity: 'ftrelid', compared: 'ftserver ftoptions' },
  pg_index: {
    identity: 'indexrelid',
    compared: `indrelid indnatts indnkeyatts indisunique indnullsnotdistinct indisprimary indisexclusion indimmediate indisclustered
      indisvalid indisreplident indkey indcollation indclass indoption indexprs indpred`,
    physical: 'indcheckxmin indisready indislive',
  },
  pg_inherits: { identity: 'inhrelid', compared: 'inhparent inhseqno inhdetachpending' },
  pg_init_privs: { follows: 'objoid classoid objsubid privtype initprivs' },
  pg_language: {
    identity: 'oid lanname',
    compared: 'lanowner lanpltrusted lanplcallfoid laninline lanvalidator lanacl',
    follows: 'lanispl',
  },
  pg_largeobject: { physical: 'loid pageno data' },
  pg_largeobject_metadata: { physical: 'oid lomowner lomacl' },
  pg_namespace: { identity: 'oid nspname', compared: 'nspowner nspacl' },
  pg_opclass: {
    identity: 'oid opcmethod opcname opcnamespace',
    compared: 'opcowner opcfamily opcintype opcdefault opckeytype',
  },
  pg_operator: {
    identity: 'oid oprname oprnamespace oprleft oprright',
    compared: 'oprowner oprcanmerge oprcanhash oprresult oprcom oprnegate oprcode oprrest oprjoin',
    follows: 'oprkind',
  },
  pg_opfamily: { identity: 'oid opfmethod opfname opfnamespace', compared: 'opfowner' },
  pg_parameter_acl: { aside: 'oid parname paracl', because: server },
  pg_partitioned_table: {
    identity: 'partrelid',
    compared: 'partstrat partnatts partattrs partclass partcollation partexprs',
    follows: 'partdefid',
  },
  pg_policy: { identity: 'oid polname polrelid', compared: 'polcmd polpermissive polroles polqual polwithcheck' },
  pg_proc: {
    identity: 'oid proname pronamespace proargtypes',
    compared: `proowner prolang procost prorows provariadic prosupport prokind prosecdef proleakproof proisstrict proretset provolatile
      proparallel prorettype proallargtypes proargmodes proargnames proargdefaults protrftypes prosrc probin prosqlbody proconfig
      proacl`,
    follows: 'pronargs pronargdefaults',
  },
  pg_publication: {
    identity: 'oid pubname',
    compared: 'pubowner puballtables pubinsert pubupdate pubdelete pubtruncate pubviaroot pubgencols',
  },
  pg_publication_namespace: { identity: 'oid pnpubid', compared: 'pnnspid' },
  pg_publication_rel: { identity: 'oid prpubid', compared: 'prrelid prqual prattrs' },
  pg_range: {
    identity: 'rngtypid',
    compared: 'rngsubtype rngmultitypid rngcollation rngsubopc rngcanonical rngsubdiff',
  },
  pg_replication_origin: { aside: 'roident roname', because: server },
  pg_rewrite: {
    identity: 'oid rulename ev_class',
    compared: 'ev_type ev_enabled is_instead ev_qual ev_action',
  },
  pg_seclabel: { identity: 'objoid classoid objsubid provider', compared: 'label' },
  pg_sequence: {
    identity: 'seqrelid',
    compared: 'seqtypid seqstart seqincrement seqmax seqmin seqcache seqcycle',
  },
  pg_shdepend: { follows: 'dbid classid objid objsubid refclassid refobjid deptype' },
  pg_shdescription: { aside: 'objoid classoid description', because: server },
  pg_shseclabel: { aside: 'objoid classoid provider label', because: server },
  pg_statistic: {
    physical: `starelid staattnum stainherit stanullfrac stawidth stadistinct stakind1 stakind2 stakind3 stakind4 stakind5 staop1 staop2
      staop3 staop4 staop5 stacoll1 stacoll2 stacoll3 stacoll4 stacoll5 stanumbers1 stanumbers2 stanumbers3 stanumbers4 stanumbers5
      stavalues1 stavalues2 stavalues3 stavalues4 stavalues5`,
  },
  pg_statistic_ext: {
    identity: 'oid stxname stxnamespace',
    compared: 'stxrelid stxowner stxstattarget stxkeys stxkind stxexprs',
  },
  pg_statistic_ext_data: { physical: 'stxoid stxdinherit stxdndistinct stxddependencies stxdmcv stxdexpr' },
  pg_subscription: {
    identity: 'oid subdbid subname',
    compared: 'subbinary subsynccommit subpublications',
    physical: 'subskiplsn',
    aside: `subowner subenabled substream subtwophasestate subdisableonerr subpasswordrequired subrunasowner subfailover subconninfo
      subslotname suborigin`,
    because: 'a replay makes a subscription that never connects, and so do other environments',
  },
  pg_subscription_rel: { physical: 'srsubid srrelid srsubstate srsublsn' },
  pg_tablespace: { aside: 'oid spcname spcowner spcacl spcoptions', because: server },
  pg_transform: { identity: 'oid trftype trflang', compared: 'trffromsql trftosql' },
  pg_trigger: {
    identity: 'oid tgrelid tgname',
    compared:
      'tgfoid tgtype tgenabled tgconstrrelid tgdeferrable tginitdeferred tgnargs tgattr tgargs tgqual tgoldtable tgnewtable',
    follows: 'tgparentid tgisinternal tgconstrindid tgconstraint',
  },
  pg_ts_config: { identity: 'oid cfgname cfgnamespace', compared: 'cfgowner cfgparser' },
  pg_ts_config_map: { identity: 'mapcfg', compared: 'maptokentype mapseqno mapdict' },
  pg_ts_dict: { identity: 'oid dictname dictnamespace', compared: 'dictowner dicttemplate dictinitoption' },
  pg_ts_parser: {
    identity: 'oid prsname prsnamespace',
    compared: 'prsstart prstoken prsend prsheadline prslextype',
  },
  pg_ts_template: { identity: 'oid tmplname tmplnamespace', compared: 'tmplinit tmpllexize' },
  pg_type: {
    identity: 'oid typname typnamespace',
    compared: `typowner typlen typbyval typtype typcategory typispreferred typdelim typinput typoutput typreceive typsend typmodin
      typmodout typanalyze typalign typstorage typnotnull typbasetype typtypmod typcollation typdefaultbin typdefault typacl`,
    follows: 'typisdefined typrelid typarray typelem typsubscript',
    aside: 'typndims',
    because: 'PostgreSQL does not heed the number of dimensions',
  },
  pg_user_mapping: { identity: 'oid umuser umserver', compared: 'umoptions' },
}
