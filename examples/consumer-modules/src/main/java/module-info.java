/** An application that is a module of its own. */
module consumer.modules {
  requires io.persistentmap;

  // What the map itself requires; to go as soon as it has a module-info that says so.
  requires com.github.benmanes.caffeine;
  requires java.management;
  requires jdk.unsupported;
  requires org.slf4j;

  // Values are written and read by their fields.
  opens consumer.modules to
      io.persistentmap.serializer;
}
