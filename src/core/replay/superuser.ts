/** The superuser of a cluster that serves replays alone, called as no other role is: all other names must be free there. */
export const replaySuperuser = 'nself_cluster'
