import { render } from "preact";

import { Page } from "./page";
import { Store } from "./store";
import "./style.css";

const store = new Store();
render(<Page store={store} />, document.getElementById("page")!);
store.start();
