drop table catalogue_writes;
