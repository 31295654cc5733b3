package io.persistentmap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.persistentmap.testing.CompiledClasses;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guards that what a refusal advises can be done. */
class AdviceTest {
  /** Has a field that could be transient. */
  static final class Client {
    final Socket socket = new Socket();
  }

  /** Has a component, which could not. */
  record Connection(Socket socket) {}

  /** Has a field that could be, around one that could not. */
  static final class Pool {
    final List<Connection> idle = List.of(new Connection(new Socket()));
  }

  @TempDir private Path dir;

  private PersistentMap<Object, Object> open() {
    return PersistentMap.builder(Object.class, Object.class)
        .allow(Client.class, Connection.class, Pool.class)
        .open(dir.resolve("x.map"));
  }

  @Test
  void unstorablePart_transientWhereThereIsAField() {
    try (PersistentMap<Object, Object> map = open()) {
      assertThatThrownBy(() -> map.put(1, new Client()))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("Client.socket: java.net.Socket can't be stored")
          .hasMessageContaining("make the field socket transient, or add .serializer(")
          .hasMessageContaining(".serializer(java.net.Socket.class, ...)");
      assertThatThrownBy(() -> map.put(1, new Pool()))
          .hasMessageContaining("Pool.idle[0].socket: ")
          .hasMessageContaining("make the field idle transient, or ");
      for (Object without :
          List.of(new Socket(), List.of(new Socket()), new Socket[] {new Socket()})) {
        assertThatThrownBy(() -> map.put(1, without))
            .hasMessageContaining("add .serializer(java.net.Socket.class, ...)")
            .hasMessageNotContaining("transient");
      }
      assertThatThrownBy(() -> map.put(1, new Connection(new Socket())))
          .hasMessageContaining("Connection.socket: ")
          .hasMessageNotContaining("transient");
      assertThat(map).isEmpty();
    }
  }

  @Test
  void viewOfAMap_storeACopy() {
    try (PersistentMap<Object, Object> map = open();
        PersistentMap<Object, Object> other =
            PersistentMap.open(dir.resolve("other.map"), Object.class, Object.class)) {
      other.put("a", 1);
      for (Object view : List.of(other.keySet(), other.values(), other.entrySet())) {
        refusesView(map, view, "new ArrayList<>(...)");
      }
      refusesView(map, other.entrySet().iterator().next(), "Map.entry(...)");
    }
  }

  private static void refusesView(Map<Object, Object> map, Object view, String advice) {
    for (Object value : List.of(view, List.of(view), Map.of(1, view))) {
      assertThatThrownBy(() -> map.put(1, value))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("store a copy, such as " + advice)
          .hasMessageNotContaining(".allow(");
    }
  }

  @Test
  void packageToAllow_neverThatOfNothing() throws Exception {
    ClassLoader loader = CompiledClasses.compile(dir, "class Plain {}");
    Object plain = loader.loadClass("app.Plain").getDeclaredConstructor().newInstance();
    try (PersistentMap<Object, Object> map = open()) {
      assertThatThrownBy(() -> map.put(1, plain))
          .hasMessageContaining("add .allow(app.Plain.class) or .allowPackage(\"app\")");
    }
    assertThatThrownBy(() -> PersistentMap.builder(String.class, Object.class).allowPackage(""))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".allow(Some.class)");
  }

  @Test
  void arrayAsKey_namedAsInJava() {
    try (PersistentMap<Object, Object> map = open()) {
      assertThatThrownBy(() -> map.put(new byte[1], 1))
          .isInstanceOf(UnstorableException.class)
          .hasMessageContaining("a byte[] can't be a key")
          .hasMessageNotContaining("[B");
      assertThatThrownBy(() -> map.put(new String[1][1], 1))
          .hasMessageContaining("a java.lang.String[][] can't be a key");
    }
  }

  @Test
  void typeWithoutObjects_refusedByBuilder() {
    for (Class<?> type :
        List.of(int.class, boolean.class, void.class, Void.class, Override.class)) {
      assertThatThrownBy(() -> PersistentMap.builder(String.class, type))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(type.getTypeName());
      assertThatThrownBy(() -> PersistentMap.builder(type, String.class))
          .isInstanceOf(IllegalArgumentException.class);
      PersistentMapBuilder<String, String> builder =
          PersistentMap.builder(String.class, String.class);
      assertThatThrownBy(() -> builder.allow(type)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> builder.immutable(type))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> builder.alias("old.Name", type))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> PersistentMap.builder(String.class, int.class))
        .hasMessageContaining("use Integer.class");
    assertThatCode(() -> PersistentMap.builder(Object.class, int[].class))
        .doesNotThrowAnyException();
  }
}
