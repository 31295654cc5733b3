package io.persistentmap.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.ValueMode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Guards that a map can be used in a static initialiser of a class that its objects need: no thread
 * which that one waits for may need the class, too. A hang leaves a daemon.
 */
final class InitializerTest {
  private static final long LIMIT_SECONDS = 60;

  @TempDir Path dir;

  /** Has the program's classes for itself, so that each case initialises them anew. */
  private static final class ProgramLoader extends ClassLoader {
    private static final String PREFIX = "io.persistentmap.live.Initialized";

    ProgramLoader() {
      super(InitializerTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PREFIX)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded != null ? loaded : define(name);
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "InitializedKey, 10, false",
    "InitializedKey, 10, true",
    "InitializedKey, 3000, false",
    "InitializedKey, 3000, true",
    "InitializedKey, 30000, false",
    "InitializedValue, 10, false",
    "InitializedValue, 10, true",
    "InitializedValue, 3000, false",
    "InitializedValue, 3000, true",
    "InitializedKind, 10, false",
    "InitializedKind, 10, true",
    "InitializedKind, 3000, false",
    "InitializedKind, 3000, true",
  })
  void initializer_usesMapOfItsObjects_ends(String type, int entries, boolean auto)
      throws Exception {
    for (ValueMode mode : new ValueMode[] {ValueMode.LIVE, ValueMode.COPIED}) {
      int bytes = mode == ValueMode.COPIED && entries == 30_000 ? 2_000 : 20;
      Path file = dir.resolve(mode + ".map");
      for (int run = 0; run < 2; run++) {
        run(type, file, entries, mode, auto, bytes);
      }
    }
  }

  private static void run(
      String type, Path file, int entries, ValueMode mode, boolean auto, int bytes)
      throws Exception {
    ClassLoader loader = new ProgramLoader();
    Constructor<?> program =
        Class.forName("io.persistentmap.live.InitializedProgram", true, loader)
            .getDeclaredConstructors()[0];
    program.setAccessible(true);
    InitializerHook.set(type, (Runnable) program.newInstance(file, entries, mode, auto, bytes));
    FutureTask<Class<?>> initialising =
        new FutureTask<>(() -> Class.forName("io.persistentmap.live." + type, true, loader));
    Thread thread = new Thread(initialising, "initialising");
    thread.setDaemon(true);
    thread.start();
    try {
      assertThat(initialising.get(LIMIT_SECONDS, TimeUnit.SECONDS).getClassLoader())
          .isEqualTo(loader);
    } catch (TimeoutException e) {
      throw new AssertionError(
          "hangs: " + file + ", " + Arrays.toString(thread.getStackTrace()), e);
    }
  }
}
