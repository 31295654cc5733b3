package io.persistentmap;

import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.ClassTable;
import io.persistentmap.serializer.Codec;
import io.persistentmap.serializer.CodecOptions;
import io.persistentmap.value.CopiedValues;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Loads the classes that opening a map needs last (cache, serialisers) in a thread of its own,
 * while the opening thread waits for those that it needs first (system calls). The first map of a
 * process opens 40 ms sooner for it, on two cores.
 */
final class StartUp {
  private static final AtomicBoolean BEGUN = new AtomicBoolean();

  private StartUp() {}

  /** Begins, at the first call. Nothing depends on its end or success. */
  static void begin() {
    if (BEGUN.compareAndSet(false, true)) {
      Thread loading = new Thread(StartUp::load, "persistentmap start");
      loading.setDaemon(true);
      // Whoever needs what can't be loaded meets the same failure, and can tell somebody.
      loading.setUncaughtExceptionHandler((thread, failure) -> {});
      loading.start();
    }
  }

  private static void load() {
    new SecureRandom().nextLong(); // JNA names a temporary file by one
    new CopiedValues(1).get("");
    codecOfNoFile(CodecOptions.of(StartUp.class.getClassLoader())).write("", new ByteWriter(1));
    ClassesAtStart.initialise();
  }

  /** Returns a codec that tells of classes, and writes what needs no number of a class. */
  static Codec codecOfNoFile(CodecOptions options) {
    return new Codec(ClassTable.NONE, options);
  }
}
