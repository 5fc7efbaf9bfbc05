"""Tests of the Loupe kernel against Jupyter's own client and conformance suite.

    python -m unittest -v test_kernel

The kernelspec "loupe" must be installed: in the Python environment, or in the
prefix that the environment variable LOUPE_PREFIX names (loupe install --prefix).
"""

import glob
import json
import os
import pathlib
import tempfile
import time
import unittest
from queue import Empty

if "LOUPE_PREFIX" in os.environ:
    _data = pathlib.Path(os.environ["LOUPE_PREFIX"]) / "share" / "jupyter"
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        filter(None, [str(_data), os.environ.get("JUPYTER_PATH")]))

import jupyter_kernel_test
import psutil
from jupyter_client.manager import KernelManager, start_new_kernel
from jupyter_client.session import Session

KERNEL = "loupe"
START = 120  # seconds; the first start on a machine may build the worker
REPLY = 30


class Conformance(jupyter_kernel_test.KernelTests):
    """The suite of Jupyter for all kernels."""

    kernel_name = KERNEL
    language_name = "go"
    file_extension = ".go"

    code_hello_world = 'fmt.Println("hello, world")'
    code_stderr = 'fmt.Fprintln(os.Stderr, "oh no")'
    code_generate_error = 'panic("oops")'
    code_execute_result = [
        {"code": "1 + 1", "result": "2"},
        {"code": "x := 6\nx * 7", "result": "42"},
    ]
    code_display_data = [
        {"code": 'display.Show(display.HTML("<b>bold</b>"))', "mime": "text/html"},
        {"code": "display.Show(image.NewGray(image.Rect(0, 0, 8, 8)))", "mime": "image/png"},
    ]
    code_clear_output = "display.Clear(false)"
    code_inspect_sample = "fmt.Println"
    code_history_pattern = "1 + 1"
    supported_history_operations = ("tail", "range", "search")

    completion_samples = [{"text": "fmt.Printl"}, {"text": "strings.Rep"}, {"text": "zz"}]
    complete_code_samples = [
        "x := 1",
        'fmt.Println("x")',
        "func f() int {\n\treturn 1\n}",
        "// a comment",
        "",
    ]
    incomplete_code_samples = ["func f(", "for i := range 3 {", "x := `raw", "f(1,"]
    invalid_code_samples = ["x := )", "func 3() {}"]

    test_pager = None  # payloads with pages are deprecated, and Go has none

    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=START)


class Welcome(jupyter_kernel_test.IopubWelcomeTests):
    """A subscriber is greeted (JEP 65)."""

    kernel_name = KERNEL
    support_iopub_welcome = True


class Behaviour(unittest.TestCase):
    """What that suite does not look at."""

    @classmethod
    def setUpClass(cls):
        cls.km, cls.kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=START)

    @classmethod
    def tearDownClass(cls):
        cls.kc.stop_channels()
        cls.km.shutdown_kernel()

    def setUp(self):
        for get in (self.kc.get_shell_msg, self.kc.get_iopub_msg, self.kc.get_control_msg):
            while True:
                try:
                    get(timeout=0.05)
                except Empty:
                    break

    def reply(self, msg_id, get=None, timeout=REPLY):
        get = get or self.kc.get_shell_msg
        while True:
            msg = get(timeout=timeout)
            if msg["parent_header"].get("msg_id") == msg_id:
                return msg

    def outputs(self, msg_id, timeout=REPLY):
        """All iopub messages of a request up to its idle."""
        found = []
        while True:
            msg = self.kc.get_iopub_msg(timeout=timeout)
            if msg["parent_header"].get("msg_id") != msg_id:
                continue
            found.append(msg)
            if msg["msg_type"] == "status" and msg["content"]["execution_state"] == "idle":
                return found

    def run_cell(self, code, **options):
        msg_id = self.kc.execute(code, **options)
        return self.reply(msg_id)["content"], self.outputs(msg_id)

    def text(self, messages, name="stdout"):
        return "".join(m["content"]["text"] for m in messages
                       if m["msg_type"] == "stream" and m["content"]["name"] == name)

    def start_loop(self):
        """Runs an endless cell and returns once it has begun."""
        msg_id = self.kc.execute('fmt.Println("begun")\nfor {\n}')
        while True:
            msg = self.kc.get_iopub_msg(timeout=REPLY)
            if msg["msg_type"] == "stream" and "begun" in msg["content"]["text"]:
                return msg_id

    def control(self, msg_type, content=None):
        msg = self.kc.session.msg(msg_type, content or {})
        self.kc.control_channel.send(msg)
        return self.reply(msg["header"]["msg_id"], self.kc.get_control_msg)["content"]

    def test_interrupt_keeps_state(self):
        self.run_cell("kept := 41")
        msg_id = self.start_loop()
        begin = time.monotonic()
        self.km.interrupt_kernel()
        self.assertEqual(self.reply(msg_id)["content"]["status"], "error")
        self.assertLess(time.monotonic() - begin, 2)
        reply, out = self.run_cell("fmt.Println(kept + 1)")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(self.text(out), "42\n")

    def test_control_while_busy(self):
        msg_id = self.start_loop()
        try:
            self.assertEqual(self.control("kernel_info_request")["protocol_version"], "5.4")
            self.assertGreater(self.control("usage_request")["kernel_memory"], 0)
            self.assertTrue(self.kc.hb_channel.is_beating())
        finally:
            self.km.interrupt_kernel()
            self.reply(msg_id)

    def test_bad_signature_survives(self):
        right = self.kc.session
        wrong = Session(key=b"not the key", session=right.session)
        wrong.send(self.kc.shell_channel.socket, "execute_request", {"code": "1"})
        wrong.send(self.kc.control_channel.socket, "shutdown_request", {"restart": False})
        for channel in (self.kc.shell_channel, self.kc.control_channel, self.kc.stdin_channel):
            channel.socket.send_multipart([b"noise"])
            channel.socket.send_multipart([b"<IDS|MSG>", b"", b"{", b"{}", b"{}", b"{}"])
        reply, out = self.run_cell('fmt.Println("alive")')
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(self.text(out), "alive\n")

    def test_unknown_message_is_dropped(self):
        self.kc.shell_channel.send(self.kc.session.msg("no_such_request", {}))
        self.assertEqual(self.run_cell("1")[0]["status"], "ok")

    def test_reconnect_with_the_same_identity(self):
        msg_id = self.start_loop()
        again = self.km.client()
        again.session = self.kc.session  # its session is the identity of its sockets
        again.start_channels()
        try:
            again.shell_channel.send(again.session.msg("kernel_info_request", {}))
            time.sleep(0.5)
            self.km.interrupt_kernel()
            seen = set()
            while seen != {"execute_reply", "kernel_info_reply"}:
                msg = again.get_shell_msg(timeout=REPLY)
                seen.add(msg["msg_type"])
                if msg["msg_type"] == "execute_reply":
                    self.assertEqual(msg["parent_header"]["msg_id"], msg_id)
        finally:
            again.stop_channels()
            # The sockets of the first client have lost their place: renew them.
            self.kc.stop_channels()
            type(self).kc = self.km.client()
            self.kc.start_channels()
            self.kc.wait_for_ready(timeout=REPLY)

    def test_stop_on_error_aborts_the_queue(self):
        first = self.kc.execute('time.Sleep(300 * time.Millisecond)\npanic("stop")')
        second, third = self.kc.execute("1"), self.kc.execute("2")
        self.assertEqual(self.reply(first)["content"]["status"], "error")
        self.assertEqual(self.reply(second)["content"]["status"], "aborted")
        self.assertEqual(self.reply(third)["content"]["status"], "aborted")
        self.assertEqual(self.run_cell("3")[0]["status"], "ok")
        first = self.kc.execute('time.Sleep(300 * time.Millisecond)\npanic("go on")', stop_on_error=False)
        second = self.kc.execute("4")
        self.assertEqual(self.reply(first)["content"]["status"], "error")
        self.assertEqual(self.reply(second)["content"]["status"], "ok")

    def ask(self, code, answer):
        msg_id = self.kc.execute(code, allow_stdin=True)
        question = self.kc.get_stdin_msg(timeout=REPLY)
        self.assertEqual(question["msg_type"], "input_request")
        self.assertEqual(question["parent_header"]["msg_id"], msg_id)
        self.kc.input(answer)
        self.assertEqual(self.reply(msg_id)["content"]["status"], "ok")
        return question["content"], self.text(self.outputs(msg_id))

    def test_stdin(self):
        _, out = self.ask("var who string\nfmt.Scan(&who)\nfmt.Println(\"hello\", who)", "Ada")
        self.assertEqual(out, "hello Ada\n")
        _, out = self.ask(
            "line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')\nfmt.Printf(\"%q\", line)", "a b")
        self.assertEqual(out, '"a b\\n"')

    def test_stdin_not_allowed(self):
        reply, _ = self.run_cell("var n int\n_, err := fmt.Scan(&n)\nif err != nil {\n\tpanic(err)\n}",
                                 allow_stdin=False)
        self.assertEqual(reply["status"], "error")

    def test_order_of_outputs(self):
        _, out = self.run_cell(
            'fmt.Println("a")\nfmt.Fprintln(os.Stderr, "b")\n'
            'display.Show(display.HTML("c"))\nfmt.Println("d")\n40 + 2')
        kinds = [m["msg_type"] if m["msg_type"] != "stream" else m["content"]["text"].strip()
                 for m in out if m["msg_type"] not in ("status", "execute_input")]
        self.assertEqual(kinds, ["a", "b", "display_data", "d", "execute_result"])

    def test_silent(self):
        count = self.run_cell("1")[0]["execution_count"]
        _, out = self.run_cell("fmt.Println(1)\n2", silent=True)
        self.assertEqual([m["msg_type"] for m in out], ["status", "status"])
        self.run_cell("1", store_history=False)
        self.assertEqual(self.run_cell("1")[0]["execution_count"], count + 1)

    def test_completion_kinds_and_cursor(self):
        code = 's := "🙂"; fmt.Printl + 1'
        msg_id = self.kc.complete(code, len('s := "🙂"; fmt.Printl'))
        content = self.reply(msg_id)["content"]
        self.assertTrue(any(m.endswith("Println") for m in content["matches"]), content)
        self.assertEqual(content["cursor_end"], len('s := "🙂"; fmt.Printl'))
        kinds = content["metadata"]["_jupyter_types_experimental"]
        self.assertEqual([k["text"] for k in kinds], content["matches"])

    def test_display_id_is_updated(self):
        _, out = self.run_cell(
            'display.ShowAs("here", display.HTML("one"))\ndisplay.Update("here", display.HTML("two"))')
        shown = [m for m in out if m["msg_type"] in ("display_data", "update_display_data")]
        self.assertEqual([m["msg_type"] for m in shown], ["display_data", "update_display_data"])
        ids = {m["content"]["transient"].get("display_id") for m in shown}
        self.assertEqual(len(ids), 1)
        self.assertTrue(ids.pop())

    def test_unknown_comm_target_is_closed(self):
        msg = self.kc.session.msg("comm_open", {"comm_id": "c", "target_name": "nobody", "data": {}})
        self.kc.shell_channel.send(msg)
        kinds = [m["msg_type"] for m in self.outputs(msg["header"]["msg_id"])]
        self.assertIn("comm_close", kinds)
        self.assertEqual(self.reply(self.kc.comm_info())["content"]["comms"], {})

    def test_much_output_arrives(self):
        _, out = self.run_cell('for i := range 100000 {\n\tfmt.Println(i)\n}', )
        self.assertEqual(self.text(out), "".join(f"{i}\n" for i in range(100000)))


class Transports(unittest.TestCase):
    """Encryption (CurveZMQ) and sockets in the file system."""

    def talk(self, **start):
        settings = {k: start.pop(k) for k in ("transport",) if k in start}
        km = KernelManager(kernel_name=KERNEL, **settings)
        km.start_kernel(**start)
        kc = km.client()
        kc.start_channels()
        try:
            kc.wait_for_ready(timeout=START)
            lines = []
            kc.execute_interactive(
                'fmt.Print("hello")', timeout=REPLY, allow_stdin=False,
                output_hook=lambda m: lines.append(m["content"].get("text")))
            self.assertIn("hello", lines)
            kc.execute("for {\n}")
            time.sleep(0.5)
            self.assertTrue(kc.hb_channel.is_beating())
            km.interrupt_kernel()
            yield km, kc
            with open(km.connection_file) as f:
                self.assertIn("key", json.load(f))
        finally:
            kc.stop_channels()
            km.shutdown_kernel()
        self.assertFalse(km.is_alive())

    def test_curve(self):
        for transport in "tcp", "ipc":
            with self.subTest(transport):
                for km, _ in self.talk(transport=transport, transport_encryption="required"):
                    self.assertTrue(km.curve_publickey)
                    # Who does not encrypt is not heard.
                    km.curve_publickey = None
                    plain = km.connect_hb()
                    plain.send(b"ping")
                    self.assertEqual(plain.poll(500), 0)
                    plain.close(linger=0)

    def test_nothing_else_listens(self):
        for km, kc in self.talk():
            kernel = psutil.Process(km.provisioner.process.pid)
            heard = set()
            for process in [kernel, *kernel.children(recursive=True)]:
                for c in process.net_connections("inet"):
                    if c.status == psutil.CONN_LISTEN or not c.raddr:
                        heard.add(tuple(c.laddr))
            info = km.get_connection_info()
            self.assertEqual(heard, {(info["ip"], info[p]) for p in info if p.endswith("_port")})

    def test_files_are_private(self):
        for km, kc in self.talk():
            kernel = psutil.Process(km.provisioner.process.pid)
            folder = glob.glob(os.path.join(tempfile.gettempdir(), f"loupe-session-{kernel.pid}-*"))
            self.assertEqual(len(folder), 1)
            for top, _, files in os.walk(folder[0]):
                self.assertEqual(os.stat(top).st_mode & 0o777, 0o700, top)
                for name in files:
                    self.assertEqual(os.stat(os.path.join(top, name)).st_mode & 0o077, 0, name)
        self.assertFalse(os.path.exists(folder[0]))

    def test_ipc(self):
        for km, _ in self.talk(transport="ipc"):
            sockets = glob.glob(f"{km.ip}-*")
            self.assertEqual(len(sockets), 5)
            for path in sockets:
                self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
        self.assertEqual(glob.glob(f"{km.ip}-*"), [])


class Shutdown(unittest.TestCase):
    def test_shutdown_and_restart(self):
        km, kc = start_new_kernel(kernel_name=KERNEL, startup_timeout=START)
        try:
            km.restart_kernel()
            kc.wait_for_ready(timeout=START)
            msg_id = kc.execute("1")
            while True:
                msg = kc.get_shell_msg(timeout=REPLY)
                if msg["parent_header"].get("msg_id") == msg_id:
                    break
            self.assertEqual(msg["content"]["execution_count"], 1)
        finally:
            kc.stop_channels()
            begin = time.monotonic()
            km.shutdown_kernel()
        self.assertLess(time.monotonic() - begin, 4)
        self.assertFalse(km.is_alive())


if __name__ == "__main__":
    unittest.main()
