package io.persistentmap.evolution;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.persistentmap.PersistentMap;
import io.persistentmap.PersistentMapBuilder;
import io.persistentmap.PersistentMapException;
import io.persistentmap.SnapshotMode;
import io.persistentmap.TypeMismatchException;
import io.persistentmap.ValueMode;
import io.persistentmap.testing.CompiledClasses;
import io.persistentmap.testing.TestSeeds;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Guards that two versions of a program can use one file in turn, forward, back and forward, and
 * lose nothing: neither what both have, nor, until the program changes that value, what only one
 * has. Every {@link ClassChange}, in every {@link Role}, live and copied, with every way to come
 * near an entry. What can't be read is refused, with class and remedy, and its bytes stay.
 *
 * <p>A sample by a seed; all of it with {@code -Dpersistentmap.exhaustive=true}.
 */
class ClassChangesTest {
  private static final boolean EXHAUSTIVE = Boolean.getBoolean("persistentmap.exhaustive");

  /** What the second version does to an entry. */
  private enum Access {
    NOT_READ,
    GET,
    CHANGED,
    /** It is read by the second, and changed by the first afterwards. */
    CHANGED_BACK
  }

  /** What the messages of refusals say to do. */
  private static final List<String> REMEDIES =
      List.of("add ", "give ", "Undo ", "open ", "copy ", "make ");

  @TempDir private Path dir;
  private final Map<List<String>, ClassLoader> compiled = new HashMap<>();
  private int stores;

  /** One version of the program. */
  private record Version(ClassLoader loader, List<String> aliases) {
    Class<?> type() throws ClassNotFoundException {
      try {
        return loader.loadClass("app.Part");
      } catch (ClassNotFoundException moved) {
        return loader.loadClass("app.Moved");
      }
    }

    Object make(String a, int b) throws ReflectiveOperationException {
      return type().getMethod("make", String.class, int.class).invoke(null, a, b);
    }

    /** Returns an object that differs from another, in no more than is needed for that. */
    Object makeOther(Object than, String a, int b) throws ReflectiveOperationException {
      Object other = make(a, b);
      return than.equals(other) || compare(than, other) == 0 ? make(a + "x", b) : other;
    }

    @SuppressWarnings("unchecked") // the class is comparable
    private static int compare(Object a, Object b) {
      return ((Comparable<Object>) a).compareTo(b);
    }

    PersistentMap<Object, Object> open(Path file, ValueMode mode) throws ClassNotFoundException {
      PersistentMapBuilder<Object, Object> builder =
          PersistentMap.builder(Object.class, Object.class)
              .allowPackage("app")
              .classLoader(loader)
              .valueMode(mode)
              .snapshotMode(SnapshotMode.IN_PLACE);
      for (String alias : aliases) {
        builder.alias(alias, type());
      }
      return builder.open(file);
    }
  }

  private Version version(List<String> sources, List<String> others, boolean alias)
      throws Exception {
    ClassLoader loader = compiled.get(sources);
    if (loader == null) {
      loader = CompiledClasses.compile(dir, sources.toArray(String[]::new));
      compiled.put(sources, loader);
    }
    String name = others.get(0).contains("Moved") ? "app.Moved" : "app.Part";
    return new Version(loader, alias ? List.of(name) : List.of());
  }

  /** What is tried. */
  private record Trial(
      ClassChange change,
      Version first,
      Version second,
      ValueMode mode,
      boolean iterate,
      Path file) {
    @Override
    public String toString() {
      return change + ", " + mode + (iterate ? ", iterated" : "");
    }
  }

  private interface Run {
    void run(Trial trial) throws Exception;
  }

  private void forEach(String name, Run run) throws Exception {
    Random random = new Random(TestSeeds.next(name));
    List<Throwable> failures = new ArrayList<>();
    for (ClassChange change : ClassChange.all()) {
      Version first = version(change.before(), change.after(), change.aliasAfter());
      Version second = version(change.after(), change.before(), change.aliasAfter());
      List<ValueMode> modes = Arrays.asList(ValueMode.values());
      for (ValueMode mode :
          EXHAUSTIVE ? modes : modes.subList(random.nextInt(3), 3).subList(0, 1)) {
        for (boolean iterate :
            EXHAUSTIVE ? new boolean[] {false, true} : new boolean[] {random.nextBoolean()}) {
          Trial trial =
              new Trial(change, first, second, mode, iterate, dir.resolve("x" + stores++));
          try {
            run.run(trial);
          } catch (AssertionError | RuntimeException e) {
            failures.add(new AssertionError(trial + ": " + e, e));
          }
          Files.deleteIfExists(trial.file);
        }
      }
    }
    if (!failures.isEmpty()) {
      AssertionError all = new AssertionError(failures.size() + " trials failed: " + failures);
      failures.forEach(all::addSuppressed);
      throw all;
    }
  }

  // ---- values
  // ------------------------------------------------------------------------------------

  private record Entry(Role role, Access access) {
    String key() {
      return role + " " + access;
    }
  }

  private static List<Entry> entries() {
    List<Entry> entries = new ArrayList<>();
    for (Role role : EnumSet.complementOf(EnumSet.of(Role.KEY))) {
      for (Access access : Access.values()) {
        entries.add(new Entry(role, access));
      }
    }
    return entries;
  }

  @Test
  void values_forwardBackForward_nothingLost() throws Exception {
    forEach("ClassChangesTest.values", this::tryValues);
  }

  private void tryValues(Trial trial) throws Exception {
    Map<Entry, List<Map<String, String>>> originals = new HashMap<>();
    Map<Entry, byte[]> bytes = new HashMap<>();
    try (PersistentMap<Object, Object> map = trial.first.open(trial.file, trial.mode)) {
      for (Entry entry : entries()) {
        Object value = valueOf(entry, trial.first);
        if (value != null) {
          map.put(entry.key(), value);
          originals.put(entry, entry.role.states(value));
        }
      }
      map.checkpoint();
      originals
          .keySet()
          .forEach(entry -> bytes.put(entry, requireNonNull(map.storedBytes(entry.key()))));
    }
    try (PersistentMap<Object, Object> map = trial.second.open(trial.file, trial.mode)) {
      if (trial.iterate) {
        iterate(map);
      }
      for (Entry entry : originals.keySet()) {
        boolean refused = trial.change.refusedAfter().contains(entry.role);
        if (entry.access != Access.NOT_READ) {
          requireCommon(read(map, entry, refused), requireNonNull(originals.get(entry)), refused);
        }
        if (entry.access == Access.CHANGED && !refused) {
          map.compute(entry.key(), (key, value) -> entry.role.touch(requireNonNull(value)));
        }
      }
      map.put("other", "changed");
    }
    Map<Entry, List<Map<String, String>>> seen = new HashMap<>();
    try (PersistentMap<Object, Object> map = trial.second.open(trial.file, trial.mode)) {
      for (Entry entry : originals.keySet()) {
        boolean refused = trial.change.refusedAfter().contains(entry.role);
        boolean changed = entry.access == Access.CHANGED && !refused;
        if (!changed) {
          assertThat(map.storedBytes(entry.key())).as("%s", entry).isEqualTo(bytes.get(entry));
        }
        List<Map<String, String>> states = read(map, entry, refused);
        requireCommon(
            states,
            changed
                ? touched(requireNonNull(originals.get(entry)))
                : requireNonNull(originals.get(entry)),
            refused);
        if (states != null) {
          seen.put(entry, states);
        }
      }
    }
    try (PersistentMap<Object, Object> map = trial.first.open(trial.file, trial.mode)) {
      if (trial.iterate) {
        iterate(map);
      }
      for (Entry entry : originals.keySet()) {
        if (entry.access == Access.CHANGED && seen.containsKey(entry)) {
          boolean mayBeRefused = trial.change.refusedBefore().contains(entry.role);
          requireCommon(
              tryRead(map, entry, mayBeRefused), requireNonNull(seen.get(entry)), mayBeRefused);
        } else {
          assertThat(read(map, entry, false))
              .as("%s", entry)
              .isEqualTo(requireNonNull(originals.get(entry)));
        }
        if (entry.access == Access.CHANGED_BACK) {
          map.compute(entry.key(), (key, value) -> entry.role.touch(requireNonNull(value)));
        }
      }
    }
    try (PersistentMap<Object, Object> map = trial.second.open(trial.file, trial.mode)) {
      for (Entry entry : originals.keySet()) {
        boolean refused = trial.change.refusedAfter().contains(entry.role);
        if (entry.access == Access.CHANGED_BACK) { // and may differ from each other now
          requireCommon(
              tryRead(map, entry, refused), touched(requireNonNull(originals.get(entry))), refused);
        } else {
          assertThat(read(map, entry, refused)).as("%s", entry).isEqualTo(seen.get(entry));
        }
      }
    }
  }

  /** Returns null if the class can't be in such a role: its hashCode fails. */
  private static @Nullable Object valueOf(Entry entry, Version version)
      throws ReflectiveOperationException {
    int number = List.of(Access.values()).indexOf(entry.access);
    Object first = version.make("a" + number, number);
    try {
      Object second = version.makeOther(first, "a" + number, 1000 + number);
      return entry.role.around(first, second);
    } catch (IllegalStateException noHash) {
      return null;
    }
  }

  private static void iterate(PersistentMap<Object, Object> map) {
    var values = map.entrySet().iterator();
    while (values.hasNext()) {
      try {
        assertThat(values.next()).isNotNull();
      } catch (PersistentMapException e) {
        requireHelpful(e);
      }
    }
  }

  /** Returns what the objects in an entry say, or null if it is refused, as it must be. */
  private static @Nullable List<Map<String, String>> read(
      PersistentMap<Object, Object> map, Entry entry, boolean refused) {
    List<Map<String, String>> states = tryRead(map, entry, refused);
    assertThat(states == null).as("%s is refused", entry).isEqualTo(refused);
    return states;
  }

  private static @Nullable List<Map<String, String>> tryRead(
      PersistentMap<Object, Object> map, Entry entry, boolean mayBeRefused) {
    try {
      return entry.role.states(requireNonNull(map.get(entry.key()), "gone"));
    } catch (PersistentMapException e) {
      if (!mayBeRefused) {
        throw new AssertionError(entry + " is refused", e);
      }
      requireHelpful(e);
      return null;
    }
  }

  private static void requireHelpful(PersistentMapException e) {
    String message = requireNonNull(e.getMessage());
    assertThat(message).contains("app.");
    assertThat(REMEDIES.stream().filter(message::contains))
        .as("what to do, in: " + message)
        .isNotEmpty();
  }

  /** Returns what the objects say when the first has been changed. */
  private static List<Map<String, String>> touched(List<Map<String, String>> states) {
    List<Map<String, String>> touched = new ArrayList<>();
    states.forEach(state -> touched.add(new TreeMap<>(state)));
    touched.get(0).merge("a", "!", String::concat);
    return touched;
  }

  /** What both versions have must be the same. */
  private static void requireCommon(
      @Nullable List<Map<String, String>> states,
      List<Map<String, String>> expected,
      boolean mayBeRefused) {
    if (states == null) {
      assertThat(mayBeRefused).isTrue();
      return;
    }
    assertThat(states).hasSameSizeAs(expected);
    assertThat(common(states, expected))
        .containsExactlyInAnyOrderElementsOf(common(expected, states));
  }

  private static List<Map<String, String>> common(
      List<Map<String, String>> states, List<Map<String, String>> others) {
    List<Map<String, String>> common = new ArrayList<>();
    for (Map<String, String> state : states) {
      Map<String, String> rest = new TreeMap<>(state);
      rest.keySet().retainAll(others.get(0).keySet());
      assertThat(rest).containsKey("a");
      common.add(rest);
    }
    return common;
  }

  // ---- keys
  // --------------------------------------------------------------------------------------

  @Test
  void keys_forwardBackForward_nothingLost() throws Exception {
    forEach("ClassChangesTest.keys", this::tryKeys);
  }

  private void tryKeys(Trial trial) throws Exception {
    Map<String, Map<String, String>> originals = new TreeMap<>();
    try (PersistentMap<Object, Object> map = trial.first.open(trial.file, trial.mode)) {
      for (int i = 0; i < 3; i++) {
        Object key = trial.first.make("k" + i, i);
        Object other = trial.first.makeOther(key, "k" + i, 1000 + i);
        map.put(key, "value " + i);
        map.put(other, "value " + (10 + i));
        originals.put("value " + i, Role.stateOf(key));
        originals.put("value " + (10 + i), Role.stateOf(other));
      }
    } catch (IllegalStateException noHash) {
      return; // such keys can't be put
    }
    boolean refused = trial.change.refusedAfter().contains(Role.KEY);
    for (int life = 0; life < 2; life++) {
      assertThat(tryKeys(trial, originals)).as("refused").isEqualTo(refused);
      try (PersistentMap<Object, Object> map = trial.first.open(trial.file, trial.mode)) {
        Map<String, Map<String, String>> found = new TreeMap<>();
        for (Object key : map.keySet()) {
          found.put(String.valueOf(map.get(key)), Role.stateOf(key));
          assertThat(map.containsKey(key)).isTrue();
        }
        assertThat(found).isEqualTo(originals);
        assertThat(map).hasSameSizeAs(originals);
      }
    }
  }

  /** Returns whether the second version refuses something; what it does not refuse is right. */
  private static boolean tryKeys(Trial trial, Map<String, Map<String, String>> originals)
      throws Exception {
    boolean refused = false;
    try (PersistentMap<Object, Object> map = trial.second.open(trial.file, trial.mode)) {
      assertThat(map).hasSameSizeAs(originals);
      var keys = map.keySet().iterator();
      List<Object> found = new ArrayList<>();
      while (keys.hasNext()) {
        try {
          Object key = keys.next();
          found.add(key);
          String value = String.valueOf(map.get(key));
          assertThat(originals).containsKey(value);
          requireCommon(
              List.of(Role.stateOf(key)), List.of(requireNonNull(originals.get(value))), false);
          assertThat(map.put(key, value)).isEqualTo(value);
        } catch (PersistentMapException e) {
          requireHelpful(e);
          refused = true;
        } catch (IllegalStateException noHash) {
          assertThat(noHash).hasMessage("no hash");
          refused = true;
        }
      }
      if (!refused) {
        assertThat(found).doesNotHaveDuplicates().hasSameSizeAs(originals.keySet());
      }
    } catch (TypeMismatchException equalKeys) {
      requireHelpful(equalKeys);
      assertThat(equalKeys).hasMessageContaining("equal to another one");
      refused = true;
    }
    return refused;
  }
}
