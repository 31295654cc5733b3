package io.persistentmap.conformance;

import com.google.common.collect.testing.ConcurrentMapTestSuiteBuilder;
import com.google.common.collect.testing.TestStringMapGenerator;
import com.google.common.collect.testing.features.CollectionFeature;
import com.google.common.collect.testing.features.CollectionSize;
import com.google.common.collect.testing.features.MapFeature;
import com.google.common.collect.testing.testers.CollectionAddAllTester;
import com.google.common.collect.testing.testers.CollectionAddTester;
import io.persistentmap.CloseMode;
import io.persistentmap.PersistentMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import junit.framework.Test;
import junit.framework.TestCase;
import junit.framework.TestSuite;

/** Guards the contract of ConcurrentMap, by Guava's suite, with the cache and without. */
public final class GuavaMapTest extends TestCase {
  /** Returns the suites. */
  public static Test suite() {
    TestSuite suite = new TestSuite("PersistentMap");
    suite.addTest(suite("without cache", 0));
    suite.addTest(suite("with cache", 1 << 20));
    return suite;
  }

  private static Test suite(String name, long cacheBytes) {
    Maps maps = new Maps(cacheBytes);
    return ConcurrentMapTestSuiteBuilder.using(maps)
        .named(name)
        .withFeatures(
            MapFeature.GENERAL_PURPOSE,
            CollectionFeature.SUPPORTS_ITERATOR_REMOVE,
            CollectionSize.ANY)
        .suppressing(unsupportedEntrySetAdd())
        .withTearDown(maps::close)
        .createTestSuite();
  }

  /** ConcurrentHashMap itself fails these: its entry set supports add. */
  private static List<Method> unsupportedEntrySetAdd() {
    List<Class<?>> testers = List.of(CollectionAddTester.class, CollectionAddAllTester.class);
    return testers.stream()
        .flatMap(tester -> Stream.of(tester.getMethods()))
        .filter(method -> method.getName().contains("nsupported"))
        .toList();
  }

  /** Makes maps in temporary directories, and closes and deletes them. */
  private static final class Maps extends TestStringMapGenerator {
    private final long cacheBytes;
    private final List<PersistentMap<String, String>> open = new ArrayList<>();
    private final List<Path> directories = new ArrayList<>();

    Maps(long cacheBytes) {
      this.cacheBytes = cacheBytes;
    }

    @Override
    protected Map<String, String> create(Map.Entry<String, String>[] entries) {
      try {
        Path directory = temporaryDirectory();
        directories.add(directory);
        PersistentMap<String, String> map =
            PersistentMap.builder(String.class, String.class)
                .cacheBytes(cacheBytes)
                .closeMode(CloseMode.DISCARD)
                .open(directory.resolve("x.map"));
        open.add(map);
        for (Map.Entry<String, String> entry : entries) {
          map.put(entry.getKey(), entry.getValue());
        }
        return map;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** In memory if possible: each of the many tests makes a file. */
    private static Path temporaryDirectory() throws IOException {
      Path memory = Path.of("/dev/shm");
      return Files.isWritable(memory)
          ? Files.createTempDirectory(memory, "persistentmap")
          : Files.createTempDirectory("persistentmap");
    }

    void close() {
      open.forEach(PersistentMap::close);
      open.clear();
      for (Path directory : directories) {
        try (Stream<Path> files = Files.list(directory)) {
          for (Path file : files.toList()) {
            Files.delete(file);
          }
          Files.delete(directory);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      directories.clear();
    }
  }
}
