package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Guards what becomes of an entry whose function changes its own key: what the function did comes
 * first, and what it returned comes after that. All combinations, of live and copied values, and
 * keys of both kinds; a HashMap, to which the two are done in turn, says what is right.
 */
class OwnKeyChangedTest {
  /** Co-prime to the number of outcomes, so that all kinds of cases are read back. */
  private static final int CASES_IN_A_LIFE = 31;

  /** A method that calls a function. */
  private enum Outer {
    COMPUTE,
    COMPUTE_IF_ABSENT,
    COMPUTE_IF_PRESENT,
    MERGE,
    REPLACE_ALL
  }

  /** What the function does to its own key. */
  private enum Inner {
    NOTHING,
    PUT,
    PUT_IF_ABSENT,
    REPLACE,
    REMOVE,
    REMOVE_VALUE,
    COMPUTE,
    COMPUTE_NULL,
    MERGE_NULL,
    CLEAR,
    CLEAR_AND_PUT,
    REMOVE_BY_ITERATOR,
    SET_BY_ENTRY,
    REMOVE_AND_PUT,
    PUT_AND_REMOVE,
    CHECKPOINT_BETWEEN;

    void run(Map<Object, Object> map, Object key, Supplier<Object> equalKey, Runnable checkpoint) {
      switch (this) {
        case NOTHING -> {}
        case PUT -> map.put(equalKey.get(), value("inner"));
        case PUT_IF_ABSENT -> map.putIfAbsent(equalKey.get(), value("inner"));
        case REPLACE -> map.replace(equalKey.get(), value("inner"));
        case REMOVE -> map.remove(equalKey.get());
        case REMOVE_VALUE -> map.remove(equalKey.get(), value("first"));
        case COMPUTE -> map.compute(equalKey.get(), (k, v) -> value("inner of " + v));
        case COMPUTE_NULL -> map.compute(equalKey.get(), (k, v) -> null);
        case MERGE_NULL -> map.merge(equalKey.get(), value("inner"), (a, b) -> null);
        case CLEAR -> map.clear();
        case CLEAR_AND_PUT -> {
          map.clear();
          map.put(equalKey.get(), value("inner"));
        }
        case REMOVE_BY_ITERATOR -> map.keySet().removeIf(key::equals);
        case SET_BY_ENTRY -> setByEntry(map, key);
        case REMOVE_AND_PUT -> {
          map.remove(equalKey.get());
          map.put(equalKey.get(), value("inner"));
        }
        case PUT_AND_REMOVE -> {
          map.put(equalKey.get(), value("inner"));
          map.remove(equalKey.get());
        }
        case CHECKPOINT_BETWEEN -> {
          map.put(equalKey.get(), value("before"));
          checkpoint.run();
          map.put(equalKey.get(), value("inner"));
        }
      }
    }

    private static void setByEntry(Map<Object, Object> map, Object key) {
      Iterator<Map.Entry<Object, Object>> entries = map.entrySet().iterator();
      while (entries.hasNext()) {
        Map.Entry<Object, Object> entry = entries.next();
        if (entry.getKey().equals(key)) {
          entry.setValue(value("inner"));
        }
      }
    }
  }

  /** What the function returns. */
  private enum Returned {
    VALUE,
    NULL,
    WHAT_IT_GOT
  }

  /** A kind of key. */
  private enum Keys {
    BY_BYTES,
    BY_EQUALITY;

    Object key() {
      return this == BY_BYTES ? "key" : new ArrayList<>(List.of("key"));
    }
  }

  private static Object value(String text) {
    return new ArrayList<>(List.of(text));
  }

  private record Case(Outer outer, Inner inner, Returned returned, boolean present, Keys keys) {
    @Nullable Object result(@Nullable Object got) {
      return switch (returned) {
        case VALUE -> value("outer");
        case NULL -> null;
        case WHAT_IT_GOT -> got;
      };
    }

    /** Calls the function as a method of a map does. */
    @Nullable Object call(ConcurrentMap<Object, Object> map, Runnable checkpoint) {
      Object key = keys.key();
      return switch (outer) {
        case COMPUTE -> map.compute(key, (k, v) -> inside(map, v, checkpoint));
        case COMPUTE_IF_ABSENT -> map.computeIfAbsent(key, k -> inside(map, null, checkpoint));
        case COMPUTE_IF_PRESENT -> map.computeIfPresent(key, (k, v) -> inside(map, v, checkpoint));
        case MERGE -> map.merge(key, value("given"), (v, w) -> inside(map, v, checkpoint));
        case REPLACE_ALL -> {
          map.replaceAll((k, v) -> k.equals(key) ? inside(map, v, checkpoint) : v);
          yield null;
        }
      };
    }

    private @Nullable Object inside(
        Map<Object, Object> map, @Nullable Object got, Runnable checkpoint) {
      inner.run(map, keys.key(), keys::key, checkpoint);
      return result(got);
    }

    /** Does the same to a model: first what the function does, then what it decides. */
    @Nullable Object callInTurn(Map<Object, Object> model) {
      Object key = keys.key();
      Object got = model.get(key);
      boolean called =
          switch (outer) {
            case COMPUTE -> true;
            case COMPUTE_IF_ABSENT -> got == null;
            case COMPUTE_IF_PRESENT, MERGE, REPLACE_ALL -> got != null;
          };
      if (!called) {
        return outer == Outer.MERGE ? put(model, value("given")) : ifNotCalled(got);
      }
      inner.run(model, key, keys::key, () -> {});
      Object result = result(got);
      if (result != null) {
        return put(model, result);
      }
      if (outer != Outer.COMPUTE_IF_ABSENT) {
        model.remove(key);
      }
      return null;
    }

    private @Nullable Object ifNotCalled(@Nullable Object got) {
      return outer == Outer.COMPUTE_IF_ABSENT ? got : null;
    }

    private @Nullable Object put(Map<Object, Object> model, Object value) {
      model.put(keys.key(), value);
      return outer == Outer.REPLACE_ALL ? null : value;
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Outer outer : Outer.values()) {
      for (Inner inner : Inner.values()) {
        for (Returned returned : Returned.values()) {
          for (Keys keys : Keys.values()) {
            cases.add(new Case(outer, inner, returned, false, keys));
            cases.add(new Case(outer, inner, returned, true, keys));
          }
        }
      }
    }
    // replaceAll takes null for an error, as a ConcurrentHashMap does
    cases.removeIf(one -> one.outer == Outer.REPLACE_ALL && one.returned == Returned.NULL);
    return cases;
  }

  @TempDir private Path dir;

  @ParameterizedTest
  @EnumSource(
      value = ValueMode.class,
      names = {"COPIED", "LIVE"})
  void functionChangesOwnKey_asIfInTurn(ValueMode mode) {
    run(mode, false);
    if (mode == ValueMode.LIVE) {
      run(mode, true); // the entry has a record then, besides what is on the heap
    }
  }

  private void run(ValueMode mode, boolean stored) {
    PersistentMapBuilder<Object, Object> builder =
        PersistentMap.builder(Object.class, Object.class).valueMode(mode);
    Path file = dir.resolve("x.map");
    PersistentMap<Object, Object> map = builder.open(file);
    try {
      int count = 0;
      for (Case one : cases()) {
        Map<Object, Object> model = new HashMap<>(Map.of("other", value("other")));
        if (one.present) {
          model.put(one.keys.key(), value("first"));
        }
        map.clear();
        map.putAll(model);
        if (stored) {
          map.checkpoint();
        }
        Object expected = one.callInTurn(model);
        assertThat(one.call(map, map::checkpoint)).as("%s", one).isEqualTo(expected);
        requireSame(map, model, one);
        count++;
        if (count % CASES_IN_A_LIFE == 0) {
          map.close();
          map = builder.open(file);
          requireSame(map, model, one);
        }
      }
    } finally {
      map.close();
    }
  }

  private static void requireSame(
      PersistentMap<Object, Object> map, Map<Object, Object> model, Case one) {
    assertThat(map).as("%s", one).isEqualTo(model).hasSameSizeAs(model);
    assertThat(map.containsKey(one.keys.key())).isEqualTo(model.containsKey(one.keys.key()));
    assertThat(new ArrayList<>(map.keySet())).as("%s", one).hasSameSizeAs(model.keySet());
  }
}
