package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.testing.TestSeeds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards entries with keys of a class that is gone: they are kept, and everything else works. */
final class LostClassTest {
  private static final int OTHERS = 300;

  @TempDir Path dir;

  /** A key, in a class that some class loaders don't find. */
  record Lost(int number, List<Integer> more) {}

  /** Finds all classes but that one. */
  private static final class Without extends ClassLoader {
    Without() {
      super(LostClassTest.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.equals(Lost.class.getName())) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }
  }

  private PersistentMap<Object, String> open(ClassLoader loader) {
    return PersistentMap.builder(Object.class, String.class)
        .allowPackage("io.persistentmap")
        .classLoader(loader)
        .open(dir.resolve("x.map"));
  }

  private static Lost lost(int number) {
    return new Lost(number, new ArrayList<>(List.of(number)));
  }

  private static List<Integer> list(int number) {
    return new ArrayList<>(List.of(number));
  }

  @Test
  void keysOfMissingClass_keptThroughCleaningAndReopening() throws Exception {
    ClassLoader complete = LostClassTest.class.getClassLoader();
    try (PersistentMap<Object, String> map = open(complete)) {
      for (int i = 0; i < 50; i++) {
        map.put(lost(i), "lost " + i);
        map.put(list(i), "list " + i);
        map.put(new ArrayList<Object>(List.of(lost(i))), "nested " + i);
      }
    }
    for (int life = 0; life < 2; life++) {
      try (PersistentMap<Object, String> map = open(new Without())) {
        assertThat(map.recovery().remarks())
            .anySatisfy(remark -> assertThat(remark).contains("100 keys", Lost.class.getName()));
        assertThat(map.size()).isEqualTo(150 + life * OTHERS);
        assertThat(map.get(list(7))).isEqualTo("list 7");
        assertThat(map.get(lost(7))).isNull();
        churn(map);
        assertThat(map.values()).contains("lost 7", "nested 7", "list 7");
        assertKeysThrow(map);
      }
    }
    try (PersistentMap<Object, String> map = open(complete)) {
      assertThat(map.recovery().remarks()).isEmpty();
      for (int i = 0; i < 50; i++) {
        assertThat(map.get(lost(i))).isEqualTo("lost " + i);
        assertThat(map.get(List.of(lost(i)))).isEqualTo("nested " + i);
      }
      assertThat(map.keySet()).hasSize(150 + OTHERS);
    }
  }

  /** Until the cleaner has been everywhere, and an image has been written. */
  private static void churn(PersistentMap<Object, String> map) throws Exception {
    SplittableRandom random = new SplittableRandom(TestSeeds.next("lost"));
    long cleaned = map.stats().cleanedSegments();
    while (map.stats().cleanedSegments() < cleaned + 2) {
      for (int i = 0; i < 2000; i++) {
        map.put(list(1000 + random.nextInt(OTHERS)), "v".repeat(random.nextInt(4000)));
      }
      map.checkpoint();
    }
    for (int i = 0; i < OTHERS; i++) {
      map.put(list(1000 + i), "there");
    }
    map.store().awaitMaintenance();
  }

  private static void assertKeysThrow(PersistentMap<Object, String> map) {
    Iterator<Object> keys = map.keySet().iterator();
    int read = 0;
    int missing = 0;
    boolean more = true;
    while (more) {
      try {
        more = keys.hasNext();
        if (more) {
          assertThat(keys.next()).isInstanceOf(List.class);
          read++;
        }
      } catch (UnstorableException e) {
        assertThat(e).hasMessageContaining(Lost.class.getName());
        missing++;
      }
    }
    assertThat(missing).isEqualTo(100);
    assertThat(read).isEqualTo(50 + OTHERS);
  }

  @Test
  void keyOfMissingClass_namedByIteration() {
    try (PersistentMap<Object, String> map = open(LostClassTest.class.getClassLoader())) {
      map.put(lost(1), "x");
    }
    try (PersistentMap<Object, String> map = open(new Without())) {
      assertThatThrownBy(() -> map.forEach((key, value) -> {}))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining(Lost.class.getName());
      map.clear();
      assertThat(map).isEmpty();
    }
  }
}
