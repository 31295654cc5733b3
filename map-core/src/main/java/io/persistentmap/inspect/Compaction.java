package io.persistentmap.inspect;

import io.persistentmap.FileAccessException;
import io.persistentmap.Recovery;
import io.persistentmap.format.RecordLayout;
import io.persistentmap.format.Superblock;
import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.ReadState;
import io.persistentmap.store.Recoverer;
import io.persistentmap.store.StoreBuilder;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import java.nio.file.Path;

/**
 * Writes a hash file anew, with nothing in it but the entries. The new file takes the old one's
 * place at once, as a later checkpoint of the same store; snapshots stay what they are.
 */
public final class Compaction {
  private Compaction() {}

  /**
   * Compacts a store whose lock the caller has, exclusively. Needs space for the entries.
   *
   * @return what was done
   * @throws FileAccessException if there is no store
   * @throws io.persistentmap.RecoveryRefusedException if opening it would be refused
   * @throws io.persistentmap.CorruptFileException if it is damaged
   */
  public static Compacted run(FileSystem files, StoreFiles names, Progress progress) {
    Recoverer.Decision decision = Recoverer.decide(files, names, false);
    if (decision.source() == Recovery.Source.CREATED) {
      throw StoreFiles.missing(names.hash());
    }
    Path source = decision.file().path();
    Superblock superblock = decision.file().superblock();
    long bytesBefore = FileBytes.size(files, source);
    StoreLock.deleteLeftover(files, names.newHash());
    try (ReadState state = ReadState.of(files, source, superblock);
        StoreBuilder builder =
            StoreBuilder.create(
                files, names.newHash(), superblock.store(), superblock.checkpoint() + 1)) {
      state.catalog().forEach(builder::describe);
      EntryScan.forEach(
          files,
          source,
          state,
          progress,
          record ->
              builder.add(
                  record.map(),
                  record.flags() & RecordLayout.BY_EQUALITY,
                  record.bytes(),
                  record.keyFrom(),
                  record.keyLength(),
                  record.valueLength()));
      builder.finish();
    }
    FileCheck check =
        StoreLock.holdNew(files, names.newHash())
            .during(() -> NewFile.name(files, names.newHash(), names.hash(), progress));
    return new Compacted(
        names.hash(),
        check.checkpoint(),
        check.entries(),
        bytesBefore,
        FileBytes.size(files, names.hash()));
  }
}
