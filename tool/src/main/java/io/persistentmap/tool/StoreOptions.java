package io.persistentmap.tool;

import io.persistentmap.platform.FileSystem;
import io.persistentmap.store.StoreFile;
import io.persistentmap.store.StoreFiles;
import io.persistentmap.store.StoreLock;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Names a store. */
final class StoreOptions {
  @Parameters(index = "0", paramLabel = "STORE", description = "The hash file of the store.")
  @Nullable Path hash;

  @Option(
      names = "--even",
      paramLabel = "FILE",
      description = "The even snapshot. Default: STORE.even.")
  @Nullable Path even;

  @Option(
      names = "--odd",
      paramLabel = "FILE",
      description = "The odd snapshot. Default: STORE.odd.")
  @Nullable Path odd;

  /** Returns the store's files. */
  StoreFiles names() {
    if (hash == null) {
      throw new IllegalStateException("no store"); // the parameter is required
    }
    StoreFiles usual = StoreFiles.of(hash);
    return even == null && odd == null
        ? usual
        : usual.withSnapshots(even != null ? even : usual.even(), odd != null ? odd : usual.odd());
  }

  /**
   * Says whether the path is that of a snapshot, which is whole, never changes, and has no lock.
   */
  boolean isSnapshot() {
    String name = String.valueOf(names().hash().getFileName());
    return (name.endsWith(".even") || name.endsWith(".odd")) && StoreFile.exists(names().hash());
  }

  /** Runs a task with the store's lock. */
  int locked(FileSystem files, boolean shared, Supplier<Integer> task) {
    return StoreLock.hold(files, names(), shared).during(task);
  }
}
